"""Upgrade is somebody else's."""
from plugins.common_revision import downgrade, upgrade

revision = "p00000000011"
down_revision = "p00000000010"

__all__ = ["downgrade", "upgrade"]
