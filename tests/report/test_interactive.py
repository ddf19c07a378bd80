import base64
import hashlib
import json
import re

from learnstrata.report.interactive import in_script, interactive, shipped_scripts
from learnstrata.report.page import render_report


def test_only_the_script_of_the_page_may_run(bare):
    made = interactive()
    digest = hashlib.sha256(made.script.encode()).digest()
    assert re.findall(r"'sha256-([^']+)'", made.policy) == [
        base64.b64encode(digest).decode()
    ]
    assert "default-src 'none'" in made.policy
    assert "unsafe-eval" not in made.policy
    assert "script-src 'unsafe-inline'" not in made.policy
    assert shipped_scripts() == {digest.hex()}
    assert f"<script>{made.script}</script>" in render_report(bare)


def test_no_text_of_the_data_ends_the_script_it_stands_in():
    text = "</script><script>alert(1)</script> & <!--"
    told = in_script(json.dumps(text))
    assert not set("<>&") & set(told)
    assert json.loads(told) == text


def test_the_same_summary_gives_the_same_page(bare):
    assert render_report(bare) == render_report(bare)
