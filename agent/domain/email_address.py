"""The one form of a mail address: as it is registered, and as a mail names it."""

from __future__ import annotations

import re

# RFC 5322 without quoted local parts; the lengths of RFC 5321 and RFC 1035.
EMAIL_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
