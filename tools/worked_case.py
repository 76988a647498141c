"""Write the worked case of docs/twin.md anew, after rules, figures or the example have changed.

Run it as `python tools/worked_case.py`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "twin.md"
START, END = "<!-- worked case -->\n", "<!-- end -->"


def main() -> None:
    """Run the script of the example and put what it prints between the marks of the page."""
    script = ROOT / "examples" / "twin" / "worked_case.py"
    printed = subprocess.run(
        [sys.executable, script, ROOT / "docs" / "images"], capture_output=True, text=True, check=True
    )
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{START}{printed.stdout}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
