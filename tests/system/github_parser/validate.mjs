// Prints, as JSON, what GitHub's own language service finds in each file named on the command line.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

// The package was built for bundlers and imports JSON without saying that it is JSON, which Node refuses.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    return resolved.url.endsWith(".json") ? { ...resolved, importAttributes: { type: "json" } } : resolved;
  },
});
const { validate } = await import("@actions/languageservice");
const { TextDocument } = await import("vscode-languageserver-textdocument");

const found = {};
for (const path of process.argv.slice(2)) {
  const text = TextDocument.create(`file:///${path}`, "yaml", 1, readFileSync(path, "utf8"));
  found[path] = (await validate(text, {})).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
}
console.log(JSON.stringify(found));
