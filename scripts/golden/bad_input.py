#!/usr/bin/env python3
"""Writes tests/golden/bad_input.jsonl: what the program says to bad inputs, whole: exit code and standard error.

  python3 scripts/golden/bad_input.py build/dev/apps/cmgems

The first line holds the files of the folder that all command lines run in, each further line one command line. Read the
difference before you commit it: every message says where, what was expected and what to do. Messages of the parser of
command lines (CLI11), which differ between its versions, and the list of all commands are tested by fragments instead.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def bases(count):
    """Bases that do not repeat: a fixed linear congruential sequence."""
    state, text = 7, ""
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        text += "ACGT"[state >> 30]
    return text


TABLE = (ROOT / "tests" / "fuzz" / "seeds" / "npmi_table" / "three.tsv").read_text()
HEADER = "sequence\tlabel\n"
MOTIF = "MEME version 4\n\nMOTIF M1\nletter-probability matrix: w= 2\n0 1 0 0\n"
FILES = {
    "folder/file": "x",
    "g.fa": ">chr1\n" + bases(1000) + "\n",
    "empty.fa": "",
    "headless.fa": "ACGTACGT\n>chr1\nACGT\n",
    "unknown.fa": ">chr1\nNNNNNNNN\n",
    "protein.fa": ">p\nMKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVVHSLAKWKRQTLG\n",
    "cut.2bit": "C'A\x1a\0\0\0\0\1\0\0\0\0\0\0\0\4chr",
    "other.bed": "chr\t0\t10\n",
    "far.bed": "chr1\t0\t10\nchr1\t10\t1001\n",
    "words.bed": "chr1\tzero\t10\n",
    "back.bed": "chr1\t10\t5\n",
    "two/genome/a.fa": ">a\nACGT\n",
    "two/genome/b.fna.gz": "",
    "three.tsv": TABLE,
    "cut.tsv": TABLE[:-30],
    "rank.tsv": TABLE.replace("\t0\n", "\t1\n", 1),
    "number.tsv": TABLE.replace("#k 3", "#k three"),
    "motif.meme": MOTIF + "0.5 0.5 0 0\n",
    "short.meme": MOTIF,
    "sum.meme": MOTIF + "0.5 0.5 0.5 0\n",
    "broken.json": "{\n  \"train\": {\"seed\": 1\n}",
    "twice.json": '{"train": {"seed": 1, "seed": 2}}',
    "trace.tsv": "step\tperplexity\n250\t90\n200\t80\n",
    "good.tsv": HEADER + "ACGTACGTAC\t0\nTTGCATTGCA\t1\n",
    "nolabels.tsv": "sequence\nACGTACGTAC\n",
    "single.tsv": HEADER + "ACGTACGTAC\tyes\n",
    "bad.tsv": HEADER + "ACGTACGTAC\ta\nACG\tb\nTT-CATTGCA\tb\n",
    "gue/GUE/tf/4/train.csv": "sequence,label\nACGTACGT,0\nTTGCATTG,1\n",
    "gue/GUE/tf/4/dev.csv": "sequence,label\nACGTACGT,0\nACGTACGT,x\n",
    "gue/GUE/tf/4/test.csv": "sequence,label\nACGTACGT,0\n",
}
BUILD = "npmi build --out t.tsv -k 3 --genome "
PRETRAIN = "pretrain --config smoke.json --out run --quiet "
FINETUNE = "finetune --model random --config smoke.json --out run --quiet "
COMMANDS = [
    # genomes and regions
    *(BUILD + what for what in (
        "missing.fa", "folder", "empty.fa", "headless.fa", "unknown.fa", "protein.fa", "cut.2bit",
        "https://example.org/hg38.fa", "g.fa --include none.bed", "g.fa --include other.bed", "g.fa --exclude far.bed",
        "g.fa --include words.bed", "g.fa --include back.bed",
        "g.fa --definition papers")),
    "npmi build --genome g.fa -k 3 --out folder",
    "npmi build --genome g.fa -k 3 --out folder/file/t.tsv",
    PRETRAIN + "--genome g.fa --set data.exclude=far.bed",
    "pretrain --config logo.json --out run --quiet",
    ("pretrain --config logo.json --out run --quiet", "CMGEMS_DATA=elsewhere"),
    ("pretrain --config logo.json --out run --quiet", "CMGEMS_DATA=two"),
    # NPMI tables and motifs
    *("npmi show " + what for what in (
        "none.tsv", "folder", "builtin:human", "g.fa", "cut.tsv", "rank.tsv", "number.tsv")),
    "npmi compare three.tsv builtin:human-6mer",
    PRETRAIN + "--set npmi.table=three.tsv",
    "mask --strategy global -k 4 ACGTACGTACGT",
    *("npmi motifs builtin:human-6mer --meme " + what for what in (
        "none.meme", "short.meme", "sum.meme", "motif.meme --top 4000")),
    # configurations
    *(PRETRAIN + what for what in (
        "--set train.learning_rte=1", "--set masking.strategy=genmask", "--set train.max_steps=many",
        "--set train.learning_rate=-0.1 --set data.k=2", "--set train.warmup_steps=999999", "--set train.seed",
        "--set curriculum.min_steps=999999")),
    "pretrain --config broken.json",
    "pretrain --config twice.json",
    "pretrain --config logo-smal.json",
    # command lines
    "pretrain",
    "npmi bild",
    "pretrain --config smoke.json --resume --overwrite",
    "pretrain --resume gone",
    "mask --strategy cm-gems ACGTACGTACGT",
    "mask --quiet --strategy random missing.fa",
    "mask --quiet --strategy random ACG",
    "mask --schedule smoke.json --trace none.tsv",
    "mask --schedule smoke.json --trace trace.tsv",
    "reproduce --scale smoke --strategies random,random",
    "sweep --config smoke.json --vary curriculum.treshold=1,2",
    # labelled data and tasks
    *(FINETUNE + what for what in (
        "--train nolabels.tsv --test good.tsv",
        "--train single.tsv --test good.tsv", "--train bad.tsv --test good.tsv", "--train good.tsv",
        "--train good.tsv --split 0.5 --test good.tsv", "--train good.tsv --split 0.95", "--test good.tsv",
        "--train good.tsv --test good.tsv --shots 5", "", "--task prom", "--task prom-core", "--task all",
        "--task synthetic --shots 0", "--task synthetic --shots 5,5", "--task synthetic --shots 5,500",
        "--task synthetic --set finetune.freeze=layers --set finetune.trained_layers=9")),
    "finetune --task synthetic --quiet",
    "finetune --task synthetic --model gone --quiet",
    "finetune --resume gone",
    "finetune --resume gone --shots 5",
    "eval-gue --model random --sets prom_core_tatta --quiet",
    "eval-gue --model random --sets tf/4 --data folder --quiet",
    "eval-gue --model random --sets tf/4 --data . --set data.k=3 --quiet",
    # results and models
    "predict --model gone g.fa --quiet",
    "import none.bin --out model",
    "import g.fa --out model",
    "report gone --out report.html",
    "checkpoint list gone",
]


def answer(program, folder, command):
    arguments, setting = command if isinstance(command, tuple) else (command, "")
    environment = {key: value for key, value in os.environ.items() if key != "CMGEMS_DATA"}
    environment.update([setting.split("=")] if setting else [])
    done = subprocess.run([program, *arguments.split()], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode in (64, 65, 66, 70, 74), (command, done)
    return {"arguments": arguments, "environment": setting, "code": done.returncode,
            "stderr": done.stderr.replace(str(folder), "FOLDER")}


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary).resolve()
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode("latin-1"))
        lines = [{"files": FILES}] + [answer(program, folder, command) for command in COMMANDS]
    path = ROOT / "tests" / "golden" / "bad_input.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    print(path, len(COMMANDS), "command lines")


main()
