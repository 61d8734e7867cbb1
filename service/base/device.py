"""What a browser calls itself, in two words: enough to know one's own again, and too little to be known by."""

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str | None) -> str | None:
    """Return such as "Firefox, Linux"; None where neither is one we know."""
    said = user_agent or ""
    found = [next((name for mark, name in known if mark in said), None) for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or None
