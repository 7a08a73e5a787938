"""Register an account, wait until its authorization is complete, and print each change; thirty lines to begin with.

SC_AGENT_KEY=sca_... python example_client.py https://agent.example A1 a1@users.example US A1MERCHANT0001
"""

import os
import sys

import httpx


def main(url: str, account: str, email: str, marketplace: str, merchant: str) -> None:
    """Tell the story of one account; the password and the seed come from the environment."""
    headers = {"Authorization": f"Bearer {os.environ['SC_AGENT_KEY']}"}
    with httpx.Client(base_url=url + "/api/v1", headers=headers, timeout=60) as api:
        secret = {"password": os.environ["PASSWORD"], "totp_secret": os.environ["TOTP_SECRET"]}
        new = {"id": account, "user_email": email, "marketplace": marketplace, "secret": secret}
        made = api.post("/accounts", json=new, headers={"Idempotency-Key": f"register {account}"})
        if made.status_code not in (201, 409):  # 409: it is registered already
            sys.exit(f"{made.status_code} {made.json()['code']}: {made.json()['detail']}")
        switch = {"status": "complete", "merchant_id": merchant}
        api.put(f"/accounts/{account}/api-authorization", json=switch).raise_for_status()
        known: dict[str, str] = {}
        while True:
            answer = api.get(f"/accounts/{account}/status", headers=known)
            if answer.status_code == httpx.codes.OK:
                status = answer.json()
                print(status["authorization"], status["message"], *status["reasons"], sep=" | ", flush=True)  # noqa: T201
                if status["authorization"] == "complete":
                    return
            known = {"If-None-Match": answer.headers["ETag"], "Prefer": "wait=25"}


if __name__ == "__main__":
    main(*sys.argv[1:6])
