"""Drives the vendors' own SDKs for Python against the simulator.

pip install msal==1.39.0 okta==3.4.6 msgraph-sdk==1.65.0; start `usersync-simulator`, keep what it prints in a file, and run
    SSL_CERT_FILE=ca.pem REQUESTS_CA_BUNDLE=ca.pem python smoke.py ready.json
"""

import asyncio
import json
import sys

import msal
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
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
    return answer["access_token"]


class Token(AccessTokenProvider):
    def __init__(self, text):
        self.text = text

    async def get_authorization_token(self, uri, additional_authentication_context=None):
        return self.text

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator(["127.0.0.1"])


async def graph(token):
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token(token)))
    adapter.base_url = ready["entra"]["graph_base"] + "/v1.0"
    client = GraphServiceClient(request_adapter=adapter)
    first = await client.users.get()
    second = await client.users.with_url(first.odata_next_link).get()
    assert len(first.value) == len(second.value) == 100
    # This SDK asks for `/users/delta()` and `/groups/delta()`.
    assert (await client.users.delta.get()).odata_next_link
    assert (await client.groups.delta.get()).value
    groups = await client.groups.get()
    members = await client.groups.by_group_id(groups.value[0].id).transitive_members.get()
    assert members.value
    try:
        await client.users.by_user_id("nobody").get()
        raise AssertionError("nobody was found")
    except ODataError as refusal:
        assert refusal.error.code == "Request_ResourceNotFound"
    print("msgraph-sdk: users, delta, groups, members, error")


async def okta(name, settings):
    client = Client({"orgUrl": ready["okta"]["base_url"], **settings})
    users, _, error = await client.list_users(limit=200)
    assert error is None and len(users) == 200, error
    groups, _, error = await client.list_groups()
    assert error is None and len(groups) > 20, error
    members, _, error = await client.list_group_users(groups[2].id)
    assert error is None and members, error
    print(f"okta: {name}")


asyncio.run(graph(entra()))
asyncio.run(okta("API token", {"token": ready["okta"]["api_token"]}))
service = {
    "authorizationMode": "PrivateKey",
    "clientId": ready["okta"]["client_id"],
    "scopes": ["okta.users.read", "okta.groups.read"],
    "privateKey": ready["okta"]["private_key_pem"],
}
asyncio.run(okta("private key", service))
