# Two commands for a newcomer: `make demo` and `make test`.  `make check` is what CI runs.
.DEFAULT_GOAL := help
.PHONY: help install demo test attack soak-forward soak-relay shuffle check lint types contracts docs test-peers bench lock generated failures traces kills rights algebra wheels

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
UV      = $(BIN)/python -m uv --quiet
# Each test that starts sendas would compile it, and botocore, anew: 4 s of 11.
unexport PYTHONDONTWRITEBYTECODE

help: ## what there is to run
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

install: $(READY) ## only make .venv from the lock file

$(READY): requirements.lock pyproject.toml lab/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "sendas needs Python 3.11 or newer; say which: make PYTHON=python3.12 …" >&2; exit 2; }
	@echo "installing into $(VENV) from requirements.lock …" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv==0.13.9'
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --python $(BIN)/python --no-deps --editable . --editable lab
	@touch $@

demo: $(READY) ## the two incidents, played and solved in the embedded lab
	@$(BIN)/sendas demo

test: $(READY) ## every test that needs nothing but Python
	$(BIN)/pytest -n auto --dist worksteal

ATTACKS = tests/gmail/test_confirmation.py tests/gmail/test_journey.py tests/inbound/test_counting.py \
    tests/inbound/test_handler.py tests/inbound/test_pauses.py tests/inbound/test_crashes.py tests/inbound/test_promises.py \
    tests/inbound/test_mail_cli.py tests/forward/test_public_reports.py tests/setup/test_silence.py tests/setup/test_apply.py \
    tests/doctor/test_redact.py tests/doctor/test_redact_whole.py tests/operator/test_escalation.py \
    tests/mail/test_headers.py tests/mail/test_mailboxes.py tests/bounce/test_broken_input.py tests/auth/test_spf.py \
    tests/cli/test_strangers_text.py tests/aws/test_mail_listing.py tests/reply tests/inbound/test_stored_mail.py \
    tests/relay/test_attacks.py tests/relay/test_networks.py tests/relay/test_content.py tests/relay/test_passwords.py
attack: $(READY) ## what an attacker can try, played (docs/security.md)
	$(BIN)/pytest -q -n auto --dist worksteal $(ATTACKS)

RUNS ?= 10
shuffle: $(READY) ## the whole suite RUNS times (10), each in another order; the seed of a failure is printed
	@for run in $$(seq 1 $(RUNS)); do \
	    seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' '); echo "run $$run of $(RUNS): pytest --randomly-seed=$$seed"; \
	    $(BIN)/pytest -q -n auto --dist worksteal --randomly-seed=$$seed || exit 1; \
	done

test-peers: $(READY) ## install real clients and servers (Debian), and test against them
	tests/peers/install
	$(BIN)/pytest -m peer --no-skipped-peers

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

failures: $(READY) ## play every broken call of the forwarder again (minutes): docs/forwarding-failures.md
	$(BIN)/python -m sendas.play.forwarding_failures docs/forwarding-failures.md

kills: $(READY) ## kill rotate, undo, revoke and a relay with a shared queue at every external call, in every manner (minutes)
	SENDAS_ALL_KILLS=1 $(BIN)/pytest -q -n auto tests/credentials tests/relay/test_shared.py

MUTANTS ?= 40
algebra: $(READY) ## every mistake in every record, and MUTANTS (40) of all kinds of each world in the lab (half an hour): docs/fault-algebra.md
	PYTHONPATH=tests/support $(BIN)/python -m algebra docs/fault-algebra.md $(MUTANTS)

traces: $(READY) ## 10,000 mails through a history whose calls break: each trace is right (minutes)
	SENDAS_MAILS=10000 $(BIN)/pytest -q -n 0 --timeout 1800 tests/history/test_many_mails.py

rights: $(READY) ## take each action away from an operator's policies, verb by verb (minutes)
	SENDAS_ALL_RIGHTS=1 $(BIN)/pytest -q -n 0 --timeout 7200 tests/operator

generated: $(READY) ## write the pages made from the code again
	$(BIN)/python -m sendas.pages

docs: generated
	@git diff --exit-code --stat -- docs src || { echo "generated pages were stale: commit them" >&2; exit 1; }
	$(BIN)/pytest -q tests/docs

check: lint types contracts docs test ## lint, types, import contracts, docs, tests: what CI runs

wheels: $(READY) ## build both distributions and try each in a bare environment, with the oldest and the newest dependencies
	tests/wheels/try

bench: $(READY) ## comparison tables, with the peer beside us
	@missed=0; for table in bench/bench_*.py; do $(BIN)/python $$table || missed=1; done; exit $$missed

lock: ## write requirements.lock again from pyproject.toml
	@$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-annotate \
	    --no-emit-package sendas --no-emit-package sendas-lab \
	    --group dev --python-version 3.11 pyproject.toml lab/pyproject.toml -o requirements.lock

soak-relay: $(READY) ## the relay, killed and broken: SOAK=folder MAILS=2000; resumable
	$(BIN)/python bench/soak_relay.py $(or $(SOAK),.soak-relay) --mails $(or $(MAILS),2000)

soak-forward: $(READY) ## 20,000 mails through the shipped stack, one AWS call in twenty broken (hours): SOAK=folder; resumable
	$(BIN)/python bench/soak_forward.py $(or $(MAILS),20000) --into $(or $(SOAK),.soak-forward)
