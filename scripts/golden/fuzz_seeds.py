#!/usr/bin/env python3
"""Writes tests/fuzz/seeds: small whole files of every format whose reader is fuzzed, for mutations to begin with.

Needs nothing but Python. Inputs that a fuzzer found are kept beside these and are left alone.

  python3 scripts/golden/fuzz_seeds.py
"""
import gzip
import hashlib
import io
import json
import pathlib
import struct
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "fuzz" / "seeds"


def seed(target, name, content):
    path = FOLDER / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def bgzf(text):
    """One block of BGZF (SAM specification, section 4.1) and the empty one that ends a file."""
    blocks = b""
    for part in (text.encode(), b""):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = packer.compress(part) + packer.flush()
        blocks += struct.pack("<4BI2BH2BHH", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(data) + 25)
        blocks += data + struct.pack("<II", zlib.crc32(part), len(part))
    return blocks


def fasta():
    text = ">chr1 first\nACGTNNACGTacgtRY\nGGATTACA\n>chr2\r\nUUACG-*.\r\n"
    seed("fasta", "plain.fa", text)
    seed("fasta", "packed.fa.gz", gzip.compress(text.encode(), mtime=0))
    seed("fasta", "blocks.fa.gz", bgzf(text))


def twobit():
    """Two sequences, the second with an unknown and a masked block, in both orders of bytes."""
    def numbers(order, *values):
        return struct.pack(f"{order}{len(values)}I", *values)

    def sequence(order, bases, unknown, masked):
        bits = ["TCAG".index(base) for base in bases] + [0] * (-len(bases) % 4)
        packed = bytes(bits[i] << 6 | bits[i + 1] << 4 | bits[i + 2] << 2 | bits[i + 3] for i in range(0, len(bits), 4))
        record = numbers(order, len(bases))
        for blocks in (unknown, masked):
            record += numbers(order, len(blocks), *(begin for begin, _ in blocks), *(size for _, size in blocks))
        return record + numbers(order, 0) + packed

    for order, name in (("<", "little.2bit"), (">", "big.2bit")):
        records = [("one", sequence(order, "GGATTACA", [], [])),
                   ("two", sequence(order, "ACGTACGTACG", [(2, 3)], [(6, 4)]))]
        offset = 16 + sum(5 + len(each) for each, _ in records)
        index = b""
        for each, record in records:
            index += bytes([len(each)]) + each.encode() + numbers(order, offset)
            offset += len(record)
        head = numbers(order, 0x1A412743, 0, len(records), 0)
        seed("twobit", name, head + index + b"".join(record for _, record in records))


def tables():
    seed("table", "plain.tsv", "sequence\tlabel\nACGTACGTAC\t0\nTTGCATTGCA\t1\nACGTACGTAA\t0\nTTGCATTGCC\t1\n")
    seed("table", "quotes.csv", 'id,"sequence","label"\n1,"ACG CGT GTA",yes\r\n2,"TTG TGC","a ""b"", c"\r\n'
         '3,ACGTT,"yes"\n\n4,GGATTACA,"a ""b"", c"\n')
    seed("table", "records.fa", ">one label=yes\nACGTACGT\n>two|no\nGGATTACA\n>three label=yes\nACGTT\n>four|no\nAC\n")


def configs():
    for path in sorted((ROOT / "configs").glob("*.json")):
        if path.stem in ("smoke", "dnabert"):
            seed("config", path.name, path.read_text())
    seed("config", "lists.json", json.dumps({
        "variant": "release", "inputs": {"genome": ["a.fa", "b.2bit"], "task": None},
        "finetune": {"shots": [10, 50], "learning_rates": [1e-4, 5e-5], "baseline": []},
        "gue": {"sets": "tf,prom", "seeds": [1, 2]}, "npmi": {"definition": "paper", "min_count": 1e2},
        "curriculum": {"rule": "abs-min", "easy": "random", "windows_per_draw": None}}))


def safetensors():
    tensors = {"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
               "b": {"dtype": "I64", "shape": [], "data_offsets": [16, 24]},
               "c": {"dtype": "BF16", "shape": [0, 3], "data_offsets": [24, 24]}}
    header = json.dumps(tensors).encode()
    header += b" " * (-len(header) % 8)
    seed("safetensors", "small.safetensors", struct.pack("<Q", len(header)) + header + bytes(range(24)))
    empty = b"{}      "
    seed("safetensors", "empty.safetensors", struct.pack("<Q", len(empty)) + empty)


def torch_files():
    """A state dictionary of two views of one storage, by hand: pickle protocol 2, zip and older form."""
    def text(value):
        return b"X" + struct.pack("<I", len(value)) + value.encode()

    def integers(*values):
        return b"(" + b"".join(b"J" + struct.pack("<i", value) for value in values) + b"t"

    ordered = b"ccollections\nOrderedDict\n)R"

    def tensor(offset, shape, strides, tail=b""):
        storage = (b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"J" +
                   struct.pack("<i", 6) + tail + b"tQ")
        return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"J" + struct.pack("<i", offset) +
                integers(*shape) + integers(*strides) + b"\x89" + ordered + b"tR")

    def dictionary(tail=b""):
        return (b"\x80\x02" + ordered + b"(" + text("weight") + tensor(0, (2, 3), (3, 1), tail) + text("turned") +
                tensor(0, (3, 2), (1, 3), tail) + b"u.")

    numbers = struct.pack("<6f", *range(6))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (("data.pkl", dictionary()), ("byteorder", b"little"), ("data/0", numbers),
                              ("version", b"3\n")):
            archive.writestr(zipfile.ZipInfo("archive/" + name), content)
    seed("torch_file", "zip.bin", stream.getvalue())
    begin = b"\x80\x02"
    seed("torch_file", "older.bin",
         begin + b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + begin + b"M\xe9\x03." + begin + b"}(" +
         text("protocol_version") + b"M\xe9\x03" + text("little_endian") + b"\x88u." + dictionary(b"N") + begin +
         b"](" + text("0") + b"e." + struct.pack("<q", 6) + numbers)


def npmi_tables():
    """Of 3-mers: most have a score of their own, every ninth has none."""
    scores = {i: (32 - i) / 64 for i in range(64) if i % 9}
    ranked = sorted(range(64), key=lambda i: -scores.get(i, -1))
    lines = ["#cmgems-npmi 1", "#k 3", "#definition paper", "#min_count 1", "#both_strands false",
             "#genome " + "0" * 64, "kmer\tcount\tpmi\tnpmi\trank"]
    for i in range(64):
        kmer = "".join("ATCG"[i >> shift & 3] for shift in (4, 2, 0))
        cells = (1000 - i, scores[i] * 8, scores[i]) if i in scores else (0, "nan", "nan")
        lines.append("\t".join(map(str, (kmer, *cells, ranked.index(i)))))
    seed("npmi_table", "three.tsv", "\n".join(lines) + "\n")


def manifests():
    def document(**last):
        return json.dumps({"format": "cmgems-checkpoint", "version": 1, "step": 12,
                           "fingerprint": {"data.k": "6", "genome": "ab"},
                           "files": [{"name": "model.safetensors", "bytes": 3, "sha256": "c" * 64}], **last},
                          indent=1) + "\n"

    seed("manifest", "MANIFEST.json", document(sha256=hashlib.sha256(document().encode()).hexdigest()))


for write in (fasta, twobit, tables, configs, safetensors, torch_files, npmi_tables, manifests):
    write()
print(FOLDER, sum(path.is_file() for path in FOLDER.rglob("*")), "files")
