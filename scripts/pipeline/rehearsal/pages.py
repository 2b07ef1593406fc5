"""Without this file each stand-in that a person looks at would bring its own look; this one says that it is none."""

from __future__ import annotations

from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>{title}</title>
<style>
:root {{ color-scheme: light dark; background: light-dark(#fff, #1b1b1b); color: light-dark(#1b1b1b, #eee) }}
a {{ color: light-dark(#0b57d0, #9ecaff) }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto; padding: 0 1rem }}
input, select, button {{ font: inherit; padding: .3rem .8rem; max-width: 100%; box-sizing: border-box }}
label {{ display: block; margin-top: .8rem }}
</style></head>
<body><main>
<p>{stands_for}, rehearsed: this is a stand-in on this machine.</p>
<h1>{title}</h1>
{content}
</main></body></html>
"""


def page(stands_for: str, title: str, content: str) -> bytes:
    """A page of the stand-in for `stands_for`; `content` is HTML, all else is text."""
    return _PAGE.format(stands_for=escape(stands_for), title=escape(title), content=content).encode()


def listed(items: list[str], otherwise: str) -> str:
    """A list of HTML, or the sentence for an empty one."""
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else f"<p>{escape(otherwise)}</p>"


def link(address: str, text: str) -> str:
    """A link, as HTML."""
    return f'<a href="{escape(address)}">{escape(text)}</a>'
