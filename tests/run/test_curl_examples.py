"""Curl examples of docs/curl.md, run one after the other as they are written."""

import re

from running import ROOT, Running

BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_lead_from_receipt_to_closed(running: Running) -> None:
    blocks = BLOCK.findall((ROOT / "docs" / "curl.md").read_text(encoding="utf-8"))
    assert len(blocks) > 10
    done = running.call("bash", "-euo", "pipefail", "-c", "\n".join(blocks))
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert done.stdout.splitlines()[-1] == "closed"
