"""Replies that people made up."""

import pytest

from scoreboard.traffic.made_up import tell_of


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "chatcmpl-test-score"}',
        b'{"id":"resp_1234"}',
        b'{"output": [], "id" : "msg_file_search_123"}',
        b'data: {"id":"chatcmpl-stream"}',
        b'{"toolUseId": "tool-use-id"}',
        b'{"id": "x9f", "created": 1677652288}',
        b'{"id": "test-id"}',
        b'{"output":{"message":{"content":[{"text":""}],"role":"assistant"}},"stopReason":"end_turn"}',
    ],
)
def test_ids_of_words_and_times_of_examples_tell(body: bytes) -> None:
    assert tell_of(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "chatcmpl-123"}',
        b'{"id": "chatcmpl-REDACTED_1"}',
        b'{"id": "resp_0b99381fcbdf9585016a6fc41c14088193894cafd47c88512b"}',
        b'{"id": "msg_01NuGqPL1JZVKeaShZ54fAQj"}',
        b'{"id": "msg_tmp_ym1zsqcli1m"}',
        b'{"id": "stub", "created": 1758143653}',
        b'{"id": 7}',
        b'{"text": "her id: chatcmpl-test-score"}',
        b"",
    ],
)
def test_ids_of_servers_do_not(body: bytes) -> None:
    assert tell_of(body) == ""
