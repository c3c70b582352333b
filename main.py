"""`python main.py [PATH...]` opens the window; `python main.py export PATH... --out DIR` writes."""

import sys

from explorer.app import main

if __name__ == "__main__":
    sys.exit(main())
