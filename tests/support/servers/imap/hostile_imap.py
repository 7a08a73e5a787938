"""A scripted IMAP server that misbehaves in the ways real ones have been seen to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from enum import StrEnum

from fixtures.stand_in.site.background import BackgroundServer
from tests.support.servers.imap.imap_script import Folder

_FLOOD = 200_000
_PAUSE = 0.3  # seconds between two segments


class Prank(StrEnum):
    """What the server does wrong, and when."""

    NONE = "none"
    EXISTS_WITH_PLUS = "exists_with_plus"  # pending mail is announced in the packet that lets IDLE begin
    EXISTS_BEFORE_PLUS = "exists_before_plus"  # ... ahead of it, as Exchange Online does
    SWALLOWED_EXISTS = (
        "swallowed_exists"  # pending mail is announced within the answer to the next SEARCH, and never again
    )
    SPLIT_LINE = "split_line"  # the announcement comes in two segments
    EOF_IN_IDLE = "eof_in_idle"
    BYE_IN_IDLE = "bye_in_idle"
    IDLE_ENDED = "idle_ended"  # the server ends IDLE itself with a tagged OK
    IDLE_REFUSED = "idle_refused"
    NO_IDLE = "no_idle"  # not among the capabilities
    SILENT_PUSH = "silent_push"  # IDLE works and nothing is ever announced
    BLACK_HOLE = "black_hole"  # from IDLE on nothing is answered, the connection stays
    FLOOD = "flood"  # 200,000 announcements at once
    NO_UIDNEXT = "no_uidnext"  # Courier
    NO_LAST = "no_last"  # the same, and whoever asks for the last message is refused
    HANGING_GREETING = "hanging_greeting"
    LOGIN_REFUSED = "login_refused"
    TOO_MANY = "too_many"  # a second connection is sent away
    TOKEN_EXPIRED = "token_expired"  # a BYE in answer to NOOP or IDLE
    NOT_CONNECTED = "not_connected"  # signed in, and every command is BAD: the wrong mailbox
    DROPPED_IN_FETCH = "dropped_in_fetch"  # the connection ends in the middle of a message
    EXPUNGED_BEFORE_FETCH = "expunged_before_fetch"  # what SEARCH found is gone
    FETCH_NO = "fetch_no"  # NO to every FETCH of the first message
    FETCH_BUG = "fetch_bug"  # the same, with a code that says it will pass
    FETCH_EMPTY = "fetch_empty"  # OK and no answer, though the message is there
    BODY_NIL = "body_nil"  # NIL for its bytes
    BODY_EMPTY = "body_empty"  # "" for its bytes
    BODY_CUT = "body_cut"  # the first tenth of its bytes
    NO_SIZE = "no_size"  # the headline comes without size and date
    HUGE_SIZE = "huge_size"  # more bytes than any number in a database
    ODD_DATE = "odd_date"  # a date that does not exist in UTC
    SEARCH_EMPTY = "search_empty"  # a search by UID finds nothing, as GNU imap4d's up to *
    SEARCH_REFUSED = "search_refused"  # a search by UID is BAD
    SEARCH_FROM_NO = "search_from_no"  # a search by sender is refused
    SEARCH_SINCE_NO = "search_since_no"  # ... and one by date, too
    SEARCH_LATER = "search_later"  # a search by date is refused for now
    LIST_BAD_UTF7 = "list_bad_utf7"  # a folder's name is not in modified UTF-7
    LIST_NO = "list_no"
    LIST_BYE = "list_bye"  # LIST ends the connection
    ID_NO = "id_no"
    NOOP_NO = "noop_no"
    BUSY = "busy"  # a second connection is sent away, later it is not
    INUSE = "inuse"  # EXAMINE is refused for now
    THROTTLED = "throttled"  # so is LOGIN
    PREAUTH = "preauth"  # no sign-in is wanted
    LOGIN_DISABLED = "login_disabled"  # AUTHENTICATE PLAIN alone
    NO_MECHANISM = "no_mechanism"  # not even that
    NO_UIDVALIDITY = "no_uidvalidity"
    POP3 = "pop3"  # another protocol's greeting
    SMTP = "smtp"
    NO_CAPABILITY = "no_capability"


_GREETINGS = {
    Prank.PREAUTH: "* PREAUTH you are known",
    Prank.POP3: "+OK POP3 ready",
    Prank.SMTP: "220 mail.example ESMTP",
}


class HostileImap(BackgroundServer):
    """One folder, INBOX, and one prank.

    `times` is how often the prank is played, None for ever; afterwards the server is honest. `commands` holds what was
    asked, without
    tags and secrets; `connections` counts. `pending` messages arrive at the moment the prank is about, `deliver_now`
    puts one in at once.
    """

    def __init__(
        self,
        messages: Sequence[bytes] = (),
        *,
        prank: Prank = Prank.NONE,
        times: int | None = None,
        phantoms: int = 0,
        uidvalidity: int = 7,
    ) -> None:
        super().__init__()
        with_uidnext = prank not in (Prank.NO_UIDNEXT, Prank.NO_LAST)
        self.folder = Folder(phantoms=phantoms, uidvalidity=uidvalidity, with_uidnext=with_uidnext)
        for raw in messages:
            self.folder.append(raw)
        self.prank = prank
        self.pending: list[bytes] = []
        self.commands: list[str] = []
        self.sent = 0  # bytes, over all connections
        self.listing: tuple[str, ...] = ('(\\HasNoChildren) "/" "INBOX"',)
        if prank is Prank.LIST_BAD_UTF7:
            self.listing += ('(\\HasNoChildren) "/" "R&D-Team"', "(\\HasNoChildren) NIL {4}\r\nx(y ", "nonsense")
        self.connections = 0
        self.most_live = 0
        self.played = 0
        self._times = times
        self.secrets: list[str] = []  # what was given to sign in, as it came
        self._sessions: set[_Session] = set()

    @property
    def live(self) -> int:
        """How many connections there are now."""
        return len(self._sessions)

    def deliver_now(self, raw: bytes) -> int:
        """Put a message in, announce it to who idles, and return its UID."""
        return self.call(self._deliver(raw))

    def plays(self, *pranks: Prank) -> bool:
        """Whether one of these pranks is on; counts it as played."""
        on = self.prank in pranks and (self._times is None or self.played < self._times)
        self.played += on
        return on

    def arrive(self) -> int:
        """Let what is pending arrive, and return how many messages there are now."""
        while self.pending:
            self.folder.append(self.pending.pop(0))
        return len(self.folder.uids)

    async def _deliver(self, raw: bytes) -> int:
        uid = self.folder.append(raw)
        for session in self._sessions:
            session.news.set()
        return uid

    async def _listen(self) -> None:
        await self.listen_tcp(self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        session = _Session(self, reader, writer)
        self._sessions.add(session)
        self.most_live = max(self.most_live, self.live)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)


class _Session:
    """One connection."""

    def __init__(self, server: HostileImap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.news = asyncio.Event()
        self.told = 0  # messages this client knows of

    async def run(self) -> None:
        """Greet, then answer command by command until the client leaves or the prank ends it."""
        server = self.server
        if server.plays(Prank.HANGING_GREETING):
            await self.reader.read()
            return
        if server.prank in _GREETINGS:
            await self.say(_GREETINGS[server.prank])
            if server.prank is not Prank.PREAUTH:
                return
        elif server.live > 1 and server.plays(Prank.TOO_MANY, Prank.BUSY):
            await self.say("* BYE Too many connections")
            return
        else:
            await self.say("* OK hostile server ready")
        while line := await self.reader.readline():
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if not await self.answer(tag, rest):
                return

    async def say(self, *lines: str | bytes) -> None:
        """Send lines in one segment."""
        encoded = (line if isinstance(line, bytes) else line.encode() for line in lines)
        segment = b"".join(line + b"\r\n" for line in encoded)
        self.server.sent += len(segment)
        self.writer.write(segment)
        await self.writer.drain()

    async def answer(self, tag: str, rest: str) -> bool:
        """Answer one command; False ends the session."""
        verb, _, arguments = rest.partition(" ")
        verb = verb.upper()
        if verb == "UID":
            verb, _, arguments = arguments.partition(" ")
            verb = f"UID {verb.upper()}"
        self.server.commands.append(verb if verb in ("LOGIN", "AUTHENTICATE") else f"{verb} {arguments}".strip())
        if verb in ("NOOP", "IDLE") and self.server.plays(Prank.TOKEN_EXPIRED):
            await self.say("* BYE Session invalidated - AccessTokenExpired")
            return False
        if verb not in ("LOGIN", "AUTHENTICATE", "CAPABILITY", "LOGOUT") and self.server.plays(Prank.NOT_CONNECTED):
            await self.say(f"{tag} BAD User is authenticated but not connected.")
            return True
        return await self._answers(verb, tag, arguments)

    async def _answers(self, verb: str, tag: str, arguments: str) -> bool:
        match verb:
            case "CAPABILITY":
                await self._capability(tag)
            case "LOGIN" | "AUTHENTICATE":
                await self._login(verb, tag, arguments)
            case "SELECT" | "EXAMINE":
                await self._select(tag)
            case "FETCH" | "UID SEARCH" if "*" in arguments and self.server.plays(Prank.NO_LAST):
                await self.say(f"{tag} BAD no such number")
            case "UID SEARCH":
                await self._search(tag, arguments)
            case "UID FETCH":
                return await self._fetch(tag, arguments)
            case "ID" if self.server.plays(Prank.ID_NO):
                await self.say(f"{tag} NO who are you to ask")
            case "LIST" if self.server.plays(Prank.LIST_NO):
                await self.say(f"{tag} NO [NOPERM] no list for you")
            case "LIST" if self.server.plays(Prank.LIST_BYE):
                await self.say("* BYE internal error")
                return False
            case "FETCH":
                await self._last_uid(tag)
            case "LIST":
                await self.say(*(f"* LIST {folder}" for folder in self.server.listing), f"{tag} OK done")
            case "NOOP" if self.server.plays(Prank.NOOP_NO):
                await self.say(f"{tag} NO nothing is told")
            case "NOOP":
                await self.say(*self._fresh(), f"{tag} OK done")
            case "IDLE":
                return await self._idle(tag)
            case "LOGOUT":
                await self.say("* BYE bye", f"{tag} OK done")
                return False
            case "":
                await self.say(f"{tag} BAD no command")  # a DONE after the server ended IDLE
            case _:
                await self.say(f"{tag} OK done")
        return True

    async def _capability(self, tag: str) -> None:
        prank = self.server.prank
        if prank is Prank.NO_CAPABILITY:
            await self.say(f"{tag} NO nothing is told")
            return
        idle = "" if prank is Prank.NO_IDLE else " IDLE"
        by_id = " ID" if prank is Prank.ID_NO else ""
        disabled = " LOGINDISABLED" if prank in (Prank.LOGIN_DISABLED, Prank.NO_MECHANISM) else ""
        plain = "" if prank in (Prank.NO_MECHANISM, Prank.THROTTLED) else " AUTH=PLAIN"
        words = f"IMAP4rev1{idle}{by_id}{disabled}{plain} UIDPLUS AUTH=XOAUTH2 AUTH=OAUTHBEARER"
        await self.say(f"* CAPABILITY {words}", f"{tag} OK done")

    async def _login(self, verb: str, tag: str, arguments: str) -> None:
        if verb == "AUTHENTICATE":
            await self.say("+ ")
            arguments = (await self.reader.readline()).decode().strip()
        self.server.secrets.append(arguments)
        if self.server.plays(Prank.THROTTLED):
            await self.say(f"{tag} BAD Request is throttled. Suggested Backoff Time: 500 milliseconds")
            return
        refused = self.server.plays(Prank.LOGIN_REFUSED)
        await self.say(f"{tag} NO [AUTHENTICATIONFAILED] refused" if refused else f"{tag} OK signed in")

    async def _select(self, tag: str) -> None:
        if self.server.plays(Prank.INUSE):
            await self.say(f"{tag} NO [INUSE] the mailbox is locked")
            return
        self.told = len(self.server.folder.uids)
        lines = [
            line
            for line in self.server.folder.selected()
            if self.server.prank is not Prank.NO_UIDVALIDITY or "UIDV" not in line
        ]
        await self.say(*(f"* {line}" for line in lines), f"{tag} OK [READ-ONLY] done")

    async def _last_uid(self, tag: str) -> None:
        """FETCH * (UID): the number of the last message."""
        uids = self.server.folder.uids
        await self.say(*([f"* {len(uids)} FETCH (UID {uids[-1]})"] if uids else []), f"{tag} OK done")

    async def _search(self, tag: str, criteria: str) -> None:
        found = "".join(f" {uid}" for uid in self.server.folder.search(criteria))
        if ":" in criteria and self.server.plays(Prank.SEARCH_EMPTY):
            found = ""
        elif ":" in criteria and self.server.plays(Prank.SEARCH_REFUSED):
            await self.say(f"{tag} BAD a number too far")
            return
        elif "SINCE" in criteria and (
            self.server.plays(Prank.SEARCH_SINCE_NO) or ("FROM" in criteria and self.server.plays(Prank.SEARCH_FROM_NO))
        ):
            await self.say(f"{tag} NO [CANNOT] no such search")
            return
        if "SINCE" in criteria and self.server.plays(Prank.SEARCH_LATER):
            await self.say(f"{tag} NO [UNAVAILABLE] not now")
            return
        if self.server.pending and self.server.plays(Prank.SWALLOWED_EXISTS):
            self.told = self.server.arrive()  # after the search looked, within its answer
            await self.say(f"* {self.told} EXISTS", f"* SEARCH{found}", f"{tag} OK done")
            return
        await self.say(*self._fresh(), f"* SEARCH{found}", f"{tag} OK done")

    async def _fetch(self, tag: str, arguments: str) -> bool:
        uids, _, items = arguments.partition(" ")
        if self.server.folder.first in uids.split(","):
            if self.server.plays(Prank.FETCH_NO):
                await self.say(f"{tag} NO it cannot be read")
                return True
            if self.server.plays(Prank.FETCH_BUG):
                await self.say(f"{tag} NO [SERVERBUG] internal error")
                return True
        answers = [b"* " + answer for answer in self.server.folder.fetched(uids, items)]
        if self.server.plays(Prank.FETCH_EMPTY):
            answers = []
        answers = [self._spoilt(answer) for answer in answers]
        if answers and self.server.plays(Prank.EXPUNGED_BEFORE_FETCH):
            answers = []
            for uid in uids.split(","):
                self.server.folder.messages.pop(int(uid), None)
        if answers and self.server.plays(Prank.DROPPED_IN_FETCH):
            self.writer.write(answers[0][: len(answers[0]) // 2])
            await self.writer.drain()
            return False
        await self.say(*answers, f"{tag} OK done")
        return True

    def _spoilt(self, answer: bytes) -> bytes:
        """The answer to a FETCH as the prank has it."""
        head, found, body = answer.partition(b" BODY[]")
        if found and self.server.plays(Prank.BODY_NIL):
            return head + b" BODY[]<0> NIL)"
        if found and self.server.plays(Prank.BODY_EMPTY):
            return head + b' BODY[]<0> "")'
        if found and self.server.plays(Prank.BODY_CUT):
            text = body.partition(b"\r\n")[2]
            text = text[: len(text) // 10]
            return head + b" BODY[]<0> {%d}\r\n" % len(text) + text + b")"
        if not found and self.server.plays(Prank.NO_SIZE):
            answer = re.sub(rb" RFC822\.SIZE \d+", b"", answer, count=1)
            return re.sub(rb' INTERNALDATE "[^"]*"', b" INTERNALDATE NIL", answer, count=1)
        if not found and self.server.plays(Prank.HUGE_SIZE):
            return re.sub(rb"SIZE \d+", b"SIZE 99999999999999999999", answer, count=1)
        if not found and self.server.plays(Prank.ODD_DATE):
            return re.sub(rb'DATE "[^"]*"', b'DATE "31-Dec-9999 23:59:59 -1200"', answer, count=1)
        return answer

    def _fresh(self) -> list[str]:
        """The announcement of what this client does not know yet."""
        count = len(self.server.folder.uids)
        fresh = [f"* {count} EXISTS"] if count > self.told and not self.server.plays(Prank.SILENT_PUSH) else []
        self.told = count
        self.news.clear()
        return fresh

    async def _idle(self, tag: str) -> bool:
        server = self.server
        if server.plays(Prank.IDLE_REFUSED):
            await self.say(f"{tag} NO IDLE is not for you")
            return True
        if server.pending and server.plays(Prank.EXISTS_BEFORE_PLUS):
            self.told = server.arrive()
            await self.say(f"* {self.told} EXISTS", "+ idling")
        elif server.pending and server.plays(Prank.EXISTS_WITH_PLUS):
            self.told = server.arrive()
            await self.say("+ idling", f"* {self.told} EXISTS")
        else:
            await self.say("+ idling", *self._fresh())
        return await self._ends_oddly(tag) if await self._begins_oddly() else await self._push(tag)

    async def _begins_oddly(self) -> bool:
        """Whether a prank takes this IDLE over."""
        if self.server.plays(Prank.FLOOD):
            await self.say(*(f"* {number} EXISTS" for number in range(1, _FLOOD + 1)))
        odd = (Prank.EOF_IN_IDLE, Prank.BYE_IN_IDLE, Prank.IDLE_ENDED, Prank.BLACK_HOLE)
        return self.server.plays(*odd)

    async def _ends_oddly(self, tag: str) -> bool:
        await asyncio.sleep(_PAUSE)  # in a packet of its own
        match self.server.prank:
            case Prank.BYE_IN_IDLE:
                await self.say("* BYE server is going down")
            case Prank.IDLE_ENDED:
                await self.say(f"{tag} OK IDLE ended by the server")
                return True
            case Prank.BLACK_HOLE:
                while await self.reader.readline():
                    pass
        return False

    async def _push(self, tag: str) -> bool:
        """Announce mail until the client says DONE or leaves."""
        done = asyncio.ensure_future(self.reader.readline())
        try:
            while not done.done():
                news = asyncio.ensure_future(self.news.wait())
                await asyncio.wait({done, news}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                if not done.done():
                    await self._announce()
            if not done.result():
                return False
            await self.say(f"{tag} OK IDLE done")
            return True
        finally:
            done.cancel()

    async def _announce(self) -> None:
        lines = self._fresh()
        if not lines:
            return
        if not self.server.plays(Prank.SPLIT_LINE):
            await self.say(*lines)
            return
        self.writer.write(lines[0][:5].encode())
        await self.writer.drain()
        await asyncio.sleep(_PAUSE)
        self.writer.write(lines[0][5:].encode() + b"\r\n")
        await self.writer.drain()
