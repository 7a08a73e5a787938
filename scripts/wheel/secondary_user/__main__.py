"""`python -m secondary_user`: the same as `sc-agent`."""

from secondary_user import main

main()
