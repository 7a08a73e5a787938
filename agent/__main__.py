"""`python -m agent` is `sc-agent`."""

from agent.cli.app import main

if __name__ == "__main__":
    main()
