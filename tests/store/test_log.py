"""The hash chain, computed here once more from its description."""

import struct
from hashlib import sha256

from store.ids import AttributeId, EntityId, T
from store.log import NO_HASH, URN, Datom, datom_hash, transaction_hash


def test_a_transaction_answers_for_its_datoms_its_t_and_all_before_it() -> None:
    salt = bytes(range(16))
    datoms = [
        Datom(EntityId(2**20), URN, op=True, value='"hw://a"'),
        Datom(EntityId(2**20), AttributeId(1001), op=False, value=2**20 + 1),
    ]
    hashes = [datom_hash(datom, salt) for datom in datoms]
    first = transaction_hash(NO_HASH, T(1), hashes)
    second = transaction_hash(first, T(2), hashes)
    assert first == sha256(NO_HASH + struct.pack(">q", 1) + b"".join(hashes)).digest()
    assert second == sha256(first + struct.pack(">q", 2) + b"".join(hashes)).digest()


def test_two_datoms_never_share_a_hash() -> None:
    salt = bytes(16)
    entity, attribute = EntityId(2**20), AttributeId(1001)
    datoms = {
        Datom(entity, attribute, op=True, value="1"),
        Datom(entity, attribute, op=False, value="1"),
        Datom(entity, attribute, op=True, value="2"),
        Datom(entity, attribute, op=True, value=1),
        Datom(EntityId(entity + 1), attribute, op=True, value="1"),
        Datom(entity, AttributeId(attribute + 1), op=True, value="1"),
    }
    assert len({datom_hash(datom, salt) for datom in datoms}) == len(datoms)
    assert datom_hash(next(iter(datoms)), salt) != datom_hash(next(iter(datoms)), bytes([1]) * 16)
