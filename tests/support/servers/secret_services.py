"""Services that keep secrets, as they are on the wire: AWS, Google, Azure and 1Password Connect, each with faults."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.servers.certificates import ServerCertificate

Answer = tuple[int, Mapping[str, str], bytes]
_VAULT, _ITEM = "v" * 26, "i" * 26


@dataclass
class SecretService:
    """One secret with its versions, oldest first; `fault` is what goes wrong from now on."""

    versions: list[str] = field(default_factory=list)
    fault: str = ""
    asked: list[str] = field(default_factory=list)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What the service says; `asked` keeps what it was asked for."""
        raise NotImplementedError

    def error(self) -> Answer | None:
        """The answer of the fault that is set, where it is one."""
        raise NotImplementedError


class AwsService(SecretService):
    """AWS Secrets Manager, JSON 1.1: https://docs.aws.amazon.com/secretsmanager/latest/apireference/."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        act, asked = headers["X-Amz-Target"].rpartition(".")[2], json.loads(body)
        self.asked.append(f"{act} {asked.get('SecretId') or asked.get('Name')}")
        if "AWS4-HMAC-SHA256" not in headers.get("Authorization", ""):
            return self._failed("MissingAuthenticationTokenException")
        if (wrong := self.error()) is not None:
            return wrong
        if not self.versions and act != "CreateSecret":
            return self._failed("ResourceNotFoundException")
        if act != "GetSecretValue":
            self.versions.append(asked["SecretString"])
        number = f"{len(self.versions):08}-0000-4000-8000-000000000000"
        told = {
            "ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf",
            "Name": "a",
            "VersionId": number,
        }
        if act == "GetSecretValue":
            told["SecretString"] = "written by somebody else" if self.fault == "writes another" else self.versions[-1]
        return _json(told, kind="application/x-amz-json-1.1")

    def error(self) -> Answer | None:
        code = {
            "denied": "AccessDeniedException",
            "signed out": "ExpiredTokenException",
            "throttled": "ThrottlingException",
            "deleted": "InvalidRequestException",
            "disabled": "DecryptionFailure",
        }.get(self.fault)
        return None if code is None else self._failed(code)

    def _failed(self, code: str) -> Answer:
        return _json({"__type": code, "Message": f"because of {self.versions}"}, 400, kind="application/x-amz-json-1.1")


class GoogleService(SecretService):
    """Secret Manager v1 over REST: https://cloud.google.com/secret-manager/docs/reference/rest."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.asked.append(f"{method} {path.partition('?')[0]}")
        if path == "/token":
            return _json({"access_token": "of-the-test", "expires_in": 3600, "token_type": "Bearer"})
        if not headers.get("Authorization", "").startswith("Bearer "):
            return self._failed(401, "UNAUTHENTICATED")
        if (wrong := self.error()) is not None:
            return wrong
        if method == "POST":
            self.versions.append(base64.b64decode(json.loads(body)["payload"]["data"]).decode())
        if not self.versions:
            return self._failed(404, "NOT_FOUND")
        text = "written by somebody else" if self.fault == "writes another" else self.versions[-1]
        name = f"projects/42/secrets/A1/versions/{len(self.versions)}"
        return _json({"name": name, "payload": {"data": base64.b64encode(text.encode()).decode()}})

    def error(self) -> Answer | None:
        found = {
            "denied": (403, "PERMISSION_DENIED"),
            "signed out": (401, "UNAUTHENTICATED"),
            "throttled": (429, "RESOURCE_EXHAUSTED"),
            "deleted": (404, "NOT_FOUND"),
            "disabled": (400, "FAILED_PRECONDITION"),
        }.get(self.fault)
        return None if found is None else self._failed(*found)

    def _failed(self, status: int, word: str) -> Answer:
        return _json({"error": {"code": status, "message": f"because of {self.versions}", "status": word}}, status)


class AzureService(SecretService):
    """Key Vault 7.x, with its challenge: https://learn.microsoft.com/rest/api/keyvault/secrets/."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.asked.append(f"{method} {path.partition('?')[0]}")
        if path.startswith("/msi/token"):  # of App Service: the managed identity's
            token = {"access_token": "of-the-test", "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}
            return _json(token)
        if headers.get("Authorization") != "Bearer of-the-test":
            port = self.address.rpartition(":")[2]  # the resource is a domain that the vault's host ends with
            challenge = f'Bearer authorization="https://login.example/tenant", resource="https://0.0.1:{port}"'
            return 401, {"WWW-Authenticate": challenge, "Content-Type": "application/json"}, b"{}"
        if (wrong := self.error()) is not None:
            return wrong
        if method == "PUT":
            self.versions.append(json.loads(body)["value"])
        if not self.versions:
            return self._failed(404, "SecretNotFound")
        text = "written by somebody else" if self.fault == "writes another" else self.versions[-1]
        name = f"{self.address}/secrets/A1/{len(self.versions):032x}"
        return _json({"value": text, "id": name, "attributes": {"enabled": True, "created": 1, "updated": 1}})

    def error(self) -> Answer | None:
        found = {
            "denied": (403, "Forbidden"),
            "signed out": (401, "Unauthorized"),
            "throttled": (429, "Throttled"),
            "deleted": (404, "SecretNotFound"),
            "disabled": (403, "Forbidden"),
        }.get(self.fault)
        return None if found is None else self._failed(*found)

    def _failed(self, status: int, word: str) -> Answer:
        return _json({"error": {"code": word, "message": f"because of {self.versions}"}}, status)


class ConnectService(SecretService):
    """1Password Connect v1: https://developer.1password.com/docs/connect/api-reference/."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        path, _, query = path.partition("?")
        self.asked.append(f"{method} {path}")
        if headers.get("Authorization") != "Bearer of-the-test":
            return _json({"status": 401, "message": "Invalid bearer token"}, 401)
        if (wrong := self.error()) is not None:
            return wrong
        match path.removeprefix("/v1/vaults").strip("/").split("/"):
            case [""]:
                return _json([{"id": _VAULT, "name": "sellers"}] if "sellers" in query else [])
            case [_, "items"]:
                known = [{"id": _ITEM, "title": "A1", "vault": {"id": _VAULT}, "category": "LOGIN"}]
                return _json(known if self.versions and "A1" in query else [])
            case _ if not self.versions:
                return _json({"status": 404, "message": "item not found"}, 404)
            case _:
                if method == "PUT":
                    values = {each["label"]: each["value"] for each in json.loads(body)["fields"]}
                    self.versions.append(json.dumps({name: values[name] for name in ("password", "totp_secret")}))
                return _json(self._item())

    def _item(self) -> dict[str, Any]:
        kept: dict[str, str] = json.loads(self.versions[-1])
        fields: list[dict[str, Any]] = [{"id": "username", "type": "STRING", "label": "username", "value": "a1"}]
        if "password" in kept:
            value = "other" if self.fault == "writes another" else kept["password"]
            fields.append(
                {"id": "password", "type": "CONCEALED", "purpose": "PASSWORD", "label": "password", "value": value}
            )
        if "totp_secret" in kept:
            fields.append(
                {"id": "x", "type": "OTP", "label": "one-time password", "value": kept["totp_secret"], "totp": "1"}
            )
        state = {"state": "ARCHIVED"} if self.fault == "archived" else {}
        whole = {
            "id": _ITEM,
            "title": "A1",
            "vault": {"id": _VAULT},
            "category": "LOGIN",
            "version": len(self.versions),
        }
        return {**whole, "fields": fields, **state}

    def error(self) -> Answer | None:
        status = {"denied": 403, "signed out": 401, "throttled": 429, "deleted": 404, "disabled": 404}.get(self.fault)
        return None if status is None else _json({"status": status, "message": f"because of {self.versions}"}, status)


def _json(document: object, status: int = 200, kind: str = "application/json") -> Answer:
    return status, {"Content-Type": kind}, json.dumps(document).encode()


@contextmanager
def serving(service: SecretService, tls: ServerCertificate | None = None) -> Iterator[str]:
    """Serve on loopback, by TLS where a certificate is given; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = {name.title(): value for name, value in self.headers.items()}
            headers: Mapping[str, str]
            if service.fault == "slow":
                service.released.wait(10)
            if service.fault == "broken":
                status, headers, content = 500, {"Content-Type": "text/html"}, b"<h1>error</h1>"
            elif service.fault == "page":
                status, headers, content = 200, {"Content-Type": "text/html"}, b"<h1>sign in</h1>"
            else:
                status, headers, content = service.answer(self.command, self.path, told, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            is_half = service.fault == "half" and status == 200
            self.wfile.write(content[: len(content) // 2] if is_half else content)
            self.close_connection = self.close_connection or is_half

        do_GET = do_POST = do_PUT = _answer

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass  # clients that give up are what is tested

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate_file, tls.key_file)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    finally:
        service.released.set()
        server.shutdown()
        server.server_close()
