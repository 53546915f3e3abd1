"""Drives the vendors' own SDKs for Python against the simulator.

pip install msal==1.39.0 okta==3.4.6; start `usersync-simulator`, keep what it prints in a file, and run
    SSL_CERT_FILE=ca.pem REQUESTS_CA_BUNDLE=ca.pem python smoke.py ready.json
"""

import asyncio
import json
import sys

import msal
from okta.client import Client

ready = json.load(open(sys.argv[1]))


def entra():
    settings = ready["entra"]
    credentials = [
        settings["client_secret"],
        {"private_key": settings["private_key_pem"], "public_certificate": settings["certificate_pem"]},
    ]
    for credential in credentials:
        app = msal.ConfidentialClientApplication(
            settings["client_id"],
            authority=f"{settings['login_base']}/{settings['tenant_id']}",
            client_credential=credential,
            instance_discovery=False,
        )
        answer = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
        assert "access_token" in answer, answer
    print("msal: secret, certificate")


async def okta(name, settings):
    client = Client({"orgUrl": ready["okta"]["base_url"], **settings})
    users, _, error = await client.list_users(limit=200)
    assert error is None and len(users) == 200, error
    groups, _, error = await client.list_groups()
    assert error is None and len(groups) > 20, error
    members, _, error = await client.list_group_users(groups[2].id)
    assert error is None and members, error
    print(f"okta: {name}")


entra()
asyncio.run(okta("API token", {"token": ready["okta"]["api_token"]}))
service = {
    "authorizationMode": "PrivateKey",
    "clientId": ready["okta"]["client_id"],
    "scopes": ["okta.users.read", "okta.groups.read"],
    "privateKey": ready["okta"]["private_key_pem"],
}
asyncio.run(okta("private key", service))
