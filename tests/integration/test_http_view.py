"""What the live view is made of: the page, and the JSON that it asks for."""

from http_client import api, get, start_with_port


def test_api_of_a_single_node(start_tessera):
    server, port = start_with_port(start_tessera, shards=2)
    client = server.client()
    for i in range(50):
        client.set(f"key{i}", "value")
    said = api(port)
    assert "cluster" not in said
    assert "slots" not in said
    assert said["node"]["keys"] == 50
    assert [shard["keys"] for shard in said["node"]["shards"]] == [
        int(client.info("shards")[f"shard{i}"]["keys"]) for i in range(2)
    ]
    assert sum(said["latency"]["counts"]) == 50
    slots = api(port, "/api/cluster?slots=1")["slots"]
    assert sum(keys for _, keys, *_ in slots) == 50
    assert sum(calls for _, _, calls, *_ in slots) == 50


def test_api_tells_a_limit_in_percent_in_bytes(start_tessera):
    server, port = start_with_port(start_tessera, maxmemory="50%")
    assert api(port)["node"]["memory_max"] == server.info("memory")["maxmemory"] > 0


def test_page_is_self_contained(start_tessera):
    _, port = start_with_port(start_tessera)
    status, headers, body = get(port, "/")
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert b"http://" not in body.replace(b"http://www.w3.org/2000/svg", b"")
    assert b"https://" not in body
    assert b" src=" not in body
