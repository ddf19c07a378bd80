"""``python -m learnstrata`` is the command line."""

from learnstrata.app.cli import main

if __name__ == "__main__":
    main()
