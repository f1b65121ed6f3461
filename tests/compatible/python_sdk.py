"""Stream's Python client: each operation, run. Prints what it comes to, a JSON object a line.

Arguments: `sync` or `async`, the server's URL, the API key and the app secret."""

import asyncio
import inspect
import json
import os
import sys
from unittest import mock

import stream
from stream.exceptions import StreamApiException


def operations(connect, secret):
    """The operations by their names, each as a function that begins it."""
    client = connect(secret)
    users, feed, timeline = client.users, client.feed("user", "ada"), client.feed("timeline", "bob")

    def activity(thing, **more):
        return {"actor": users.create_reference("ada"), "verb": "wave", "object": thing, **more}

    def as_eve():
        eve = connect(secret)
        eve.users.token = client.create_user_token("eve")
        return eve.users.add("eve", {"name": "Eve"})

    reactions = {"own": True, "recent": True, "counts": True}
    several = [activity("place:2", time="2020-11-21T07:00:00"), activity("place:1")]
    return {
        "add": lambda: users.add("ada", {"name": "Ada"}),
        "addAgain": lambda: users.add("ada", {"name": "Ada"}),
        "getOrCreate": lambda: users.add("ada", {"name": "Eve"}, get_or_create=True),
        "addWithoutData": lambda: users.add("bob"),
        "get": lambda: users.get("ada"),
        "getMissing": lambda: users.get("nobody"),
        "wrongSecret": lambda: connect(f"{secret}, not").users.get("ada"),
        "profile": lambda: users.get("ada", with_follow_counts=True),
        "update": lambda: users.update("ada", {"name": "Countess"}),
        "updateWithoutData": lambda: users.update("bob"),
        "userToken": as_eve,
        "addActivity": lambda: feed.add_activity(activity("place:0")),
        "addActivities": lambda: feed.add_activities(several),
        "read": lambda: feed.get(limit=1),
        "readEnriched": lambda: feed.get(limit=1, enrich=True),
        "readReactions": lambda: feed.get(limit=1, reactions=reactions),
        "follow": lambda: timeline.follow("user", "ada"),
        "unfollow": lambda: timeline.unfollow("user", "ada"),
        "followers": lambda: feed.followers(),
        "removeActivity": lambda: feed.remove_activity("1b3c"),
        "delete": lambda: users.delete("ada"),
    }


async def outcome(call):
    try:
        answer = call()
        return {"answer": await answer if inspect.isawaitable(answer) else answer}
    except StreamApiException as error:
        told = {"status": error.status_code, "detail": str(error.detail)}
        # The client has no class for a conflict: that error is of the base class, with the code of no other.
        if type(error) is not StreamApiException:
            told |= {"code": error.code, "exception": type(error).__name__}
        return {"error": told}


def plain(value):
    """Times that the client has parsed, as they were sent."""
    return value.isoformat(timespec="microseconds").replace("+00:00", "")


async def main(kind, url, key, secret):
    def connect(credentials):
        with mock.patch.dict(os.environ, clear=True):
            return stream.connect(key, credentials, base_url=url, use_async=kind == "async")

    for operation, call in operations(connect, secret).items():
        print(json.dumps({"operation": operation, **await outcome(call)}, default=plain), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
