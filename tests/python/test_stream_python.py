"""The users calls of Stream's own Python client, sync and async, against the server."""

import os
import unittest
from unittest import mock

import stream
from stream.exceptions import ApiKeyException, DoesNotExistException, InputException, NotAllowedException
from stream.exceptions import StreamApiException

from server import KEY, SECRET, Server


def connect(url, key=KEY, secret=SECRET, **options):
    """The client reaches `http://localhost:PORT` as it is; to any other host it would add its service's name."""
    with mock.patch.dict(os.environ, clear=True):
        return stream.connect(key, secret, base_url=url, **options)


class Calls(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def plain(self, user):
        """A user without the time that the call took, which every answer has."""
        self.assertRegex(user.pop("duration"), r"^\d+\.\d\dms$")
        return user

    def test_users(self):
        users = connect(self.server.url).users
        ada = self.plain(users.add("ada", {"name": "Ada", "deep": {"a": [None]}}))
        self.assertEqual(set(ada), {"id", "created_at", "updated_at", "data"})
        self.assertEqual(ada["data"], {"name": "Ada", "deep": {"a": [None]}})
        self.assertEqual(self.plain(users.get("ada")), ada)
        self.assertEqual(self.plain(users.add("ada", {"other": 1}, get_or_create=True)), ada)
        with self.assertRaises(StreamApiException) as raised:
            users.add("ada")
        self.assertEqual(raised.exception.status_code, 409)
        self.assertEqual(str(raised.exception.detail), 'user "ada" already exists')

        updated = self.plain(users.update("ada", {"hates": "tests"}))
        self.assertEqual((updated["data"], updated["created_at"]), ({"hates": "tests"}, ada["created_at"]))
        self.assertGreater(updated["updated_at"], ada["updated_at"])
        self.assertEqual(self.plain(users.update("ada"))["data"], {})

        counted = self.plain(users.get("ada", with_follow_counts=True))
        self.assertEqual((counted["followers_count"], counted["following_count"]), (0, 0))
        self.assertEqual(set(users.delete("ada")), {"duration"})
        with self.assertRaises(DoesNotExistException):
            users.get("ada")
        self.assertEqual(self.plain(users.add("ada"))["data"], {})
        self.assertEqual(users.create_reference("ada"), "SU:ada")

    async def test_users_async(self):
        users = connect(self.server.url, use_async=True).users
        bob = self.plain(await users.add("bob", {"name": "Bob"}))
        self.assertEqual(self.plain(await users.get("bob")), bob)
        self.assertEqual(self.plain(await users.add("bob", {}, get_or_create=True)), bob)
        with self.assertRaises(StreamApiException) as raised:
            await users.add("bob")
        self.assertEqual(raised.exception.status_code, 409)
        self.assertEqual(self.plain(await users.update("bob", {"v": 2}))["data"], {"v": 2})
        self.assertEqual(set(await users.delete("bob")), {"duration"})
        with self.assertRaises(DoesNotExistException):
            await users.get("bob")

    def test_errors(self):
        client = connect(self.server.url)
        with self.assertRaises(InputException) as raised:
            client.users.add("a b")
        rule = "id may only hold letters, digits, - and _, but has"
        self.assertIn(rule, str(raised.exception))
        with self.assertRaises(InputException):
            client.users.add("carol", "text")
        with self.assertRaises(ApiKeyException):
            connect(self.server.url, key="another").users.get("carol")
        with self.assertRaises(NotAllowedException):
            connect(self.server.url, secret=SECRET.upper()).users.get("carol")

    def test_users_in_activities(self):
        client = connect(self.server.url)
        fay = self.plain(client.users.add("fay", {"name": "Fay"}))
        feed = client.feed("user", "fay")
        actor = client.users.create_reference("fay")
        feed.add_activity({"actor": actor, "verb": "wave", "object": "all", "at": "SU:nobody"})
        self.assertEqual(feed.get()["results"][0]["actor"], "SU:fay")
        seen = feed.get(enrich=True)["results"][0]
        self.assertEqual(seen["actor"], fay)
        missing = {"id": "nobody", "error": "ReferenceNotFound", "reference": "SU:nobody", "reference_type": "user"}
        self.assertEqual(seen["at"], missing)

        timeline = client.feed("timeline", "fay")
        timeline.follow("user", "fay")
        counted = client.users.get("fay", with_follow_counts=True)
        self.assertEqual((counted["followers_count"], counted["following_count"]), (1, 1))
        self.assertEqual(timeline.get()["results"][0]["origin"], "user:fay")
        timeline.unfollow("user", "fay")
        self.assertEqual(timeline.get()["results"], [])

    def test_user_tokens(self):
        client = connect(self.server.url)
        client.users.token = client.create_user_token("dave")
        self.assertEqual(self.plain(client.users.add("dave"))["id"], "dave")
        with self.assertRaises(NotAllowedException):
            client.users.add("eve")


if __name__ == "__main__":
    unittest.main()
