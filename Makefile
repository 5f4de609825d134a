# Everything a person or a machine runs here. `make run` serves, `make test` checks all of it.

PYTHON ?= python3
HOST   ?= 127.0.0.1
PORT   ?= 8050
STORE  ?= var/store
JOBS   ?= 2

VENV    := .venv
BIN     := $(VENV)/bin
PIP     := -m pip install --quiet --disable-pip-version-check
RUNNING := $(VENV)/.run-installed
TESTING := $(VENV)/.test-installed
TYPED   := app.py pages reports metrics data tests

.DEFAULT_GOAL := help
.PHONY: help run demo test check soak bench browser screenshots test-duckdb2 clean

help:
	@echo '  make run           建立环境、生成示例数据（首次）并启动网页  http://$(HOST):$(PORT)/'
	@echo '  make test          全部检查与测试（含浏览器）'
	@echo '  make check         只做代码检查（ruff、mypy、导入方向）'
	@echo '  make demo          重新生成示例数据'
	@echo '  make soak          耐久测试：kill -9、磁盘写满、各页各种筛选'
	@echo '  make bench         性能测量：导入、统计、各页换筛选的语句数与用时'
	@echo '  make screenshots   重拍 docs/screenshots 的各页截图'
	@echo '  make test-duckdb2  在 DuckDB 2.0.0 上运行测试'
	@echo '  make clean         删除环境与缓存，保留数据'
	@echo '  变量：HOST、PORT、STORE、PYTHON'

run: $(RUNNING)
	@test -e '$(STORE)/current.json' || $(BIN)/python -m data demo --store '$(STORE)'
	@exec $(BIN)/python app.py --store '$(STORE)' --host '$(HOST)' --port '$(PORT)'

demo: $(RUNNING)
	@$(BIN)/python -m data demo --store '$(STORE)'

test: $(TESTING) check browser
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

check: $(TESTING)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary $(TYPED)
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }

soak: $(TESTING)
	@$(BIN)/python -m pytest -m soak -s tests/soak

bench: $(TESTING)
	@$(BIN)/python -m tests.soak.bench
	@test -e '$(STORE)/current.json' || $(BIN)/python -m data demo --store '$(STORE)'
	@$(BIN)/python -m tests.soak.pages --store '$(STORE)'

screenshots: $(TESTING) browser
	@test -e '$(STORE)/current.json' || $(BIN)/python -m data demo --store '$(STORE)'
	@$(BIN)/python -c "from pathlib import Path; from data.snapshots import Store; Store(Path('$(STORE)')).renew()"
	@$(BIN)/python -m metrics fit --store '$(STORE)' > /dev/null
	@$(BIN)/python -m tests.browser.screenshots --store '$(STORE)' --chromium "$$(command -v chromium)"

test-duckdb2: $(VENV)-duckdb2/.installed
	@$(VENV)-duckdb2/bin/python -m pytest -m 'not soak and not browser' -n $(JOBS) --dist loadfile

clean:
	@rm -rf $(VENV) $(VENV)-duckdb2 .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are newer than the list of packages that they stand for.
$(RUNNING): requirements.txt | $(BIN)/python
	@echo '正在安装依赖 …'
	@$(BIN)/python $(PIP) -r requirements.txt
	@touch $@

$(TESTING): tests/requirements.txt $(RUNNING)
	@echo '正在安装测试依赖 …'
	@$(BIN)/python $(PIP) -r tests/requirements.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo '需要 Python 3.11 或更高版本，当前 $(PYTHON) 不是。Debian 12：apt-get install python3 python3-venv' >&2; \
	  echo '或指定解释器：make PYTHON=/路径/python3.11 run' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo '缺少 venv 模块。请执行：apt-get install python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)-duckdb2/.installed: requirements.txt tests/requirements.txt $(BIN)/python
	@test -x $(VENV)-duckdb2/bin/python || $(PYTHON) -m venv $(VENV)-duckdb2
	@sed 's/^duckdb==.*/duckdb==2.0.0/' requirements.txt > $(VENV)-duckdb2/requirements.txt
	@$(VENV)-duckdb2/bin/python $(PIP) -r $(VENV)-duckdb2/requirements.txt -r tests/requirements.txt
	@touch $@

# Chromium and a Chinese font come from the system, since the browser tests run where no other host may be asked.
browser:
	@missing=''; \
	command -v chromium >/dev/null || missing='chromium'; \
	fc-list :lang=zh-cn 2>/dev/null | grep -q . || missing="$$missing fonts-noto-cjk"; \
	test -n "$$missing" || exit 0; \
	as_root=''; test "$$(id -u)" -eq 0 || as_root='sudo -n'; \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then \
	  echo "正在安装 $$missing …"; \
	  $$as_root apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$missing fontconfig >/dev/null; \
	else \
	  echo "浏览器测试缺少系统软件包。请执行：sudo apt-get install -y$$(printf ' %s' $$missing)" >&2; exit 1; \
	fi
