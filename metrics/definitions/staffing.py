"""Officers: how many, in which teams, how stable, how they cover the beats, and how their duty follows the work."""

from __future__ import annotations

from typing import Any

from metrics.definitions.alerts import NOT_BY_HOUR
from metrics.definitions.making import BINHAI, COUNTY, DALIAN, measure, quotient, share
from metrics.model import AMOUNT, MATCH, RATE, STOCK, Metric

# fmt: off
# The definitions are a table: one metric reads as one block, whatever its width.

FAMILY, DUTY_FAMILY = "警力", "勤务"
_PLACES = ("station", "kind", "month", "quarter", "year")
_BUREAU = ("month", "quarter", "year")
_BY_TIME = ("station", "kind", "hour", "weekday", "day", "week", "month", "quarter", "year")
_DAYS = ("station", "kind", "day", "week", "month", "quarter", "year")
_LATEST = "取时段末有数据的最近一个月（一年以内）；按月、季、年统计时取各自的最近一个月"
_TEAMS = (("community", "社区警务队", "社区"), ("case", "案件办理队", "办案"), ("command", "综合指挥室", "综合指挥室"))


def metrics() -> list[Metric]:
    """Return every metric of staffing and duty."""
    return [*_headcounts(), *_structure(), *_stability(), *_cover(), *_community_time(), *_load()]


def _people(id: str, label: str, meaning: str, condition: str, **more: Any) -> Metric:
    """Return a headcount of stations: 0 where a station has none, nothing where nothing is known of it."""
    usual = {"unit": "人", "view": "staffing", "family": FAMILY, "kind": STOCK, "formula": f"{label}人数之和",
             "caveat": _LATEST}
    sql = f"cast(sum(case when {condition} then headcount else 0 end) filter (where is_station) as bigint)"
    return measure(id, label, meaning, sql=sql, **{**usual, **more})


def _stations(condition: str, what: str) -> str:
    """Return a count of stations, or of parts of them; nothing for the bureau's departments."""
    return f"case when bool_or(is_station) then count(distinct case when {condition} then {what} end) end"


def _share(id: str, label: str, meaning: str, top: str, bottom: str, formula: str, **more: Any) -> Metric:
    usual = {"view": "staffing", "family": FAMILY, "dimensions": _PLACES, "caveat": _LATEST}
    return share(id, label, meaning, top, bottom, formula, **{**usual, **more})


def _headcounts() -> list[Metric]:
    teams = [
        _people(f"{stem}_officers", f"{team}民警", f"派出所{team}的民警数", f"role = '民警' and team = '{team}'",
                dimensions=_PLACES)
        for stem, team, _ in _TEAMS
    ]
    return [
        _people("officers", "派出所民警", "派出所在编在岗民警数", "role = '民警'", better="higher", clause=f"{COUNTY} 第4条：每所不少于 5 名"),
        _people("auxiliaries", "派出所辅警", "派出所在岗辅警数", "role = '辅警'"),
        *teams,
        _people("team_officers", "两队一室民警", "社区警务队、案件办理队、综合指挥室的民警数",
                "role = '民警' and team in ('社区警务队', '案件办理队', '综合指挥室')"),
        _people("community_auxiliaries", "社区警务队辅警", "派出所社区警务队的辅警数", "role = '辅警' and team = '社区警务队'",
                dimensions=_PLACES),
        measure("bureau_officers", "全局民警", "派出所与分局机关的民警总数", "民警人数之和，含机关",
                "cast(sum(case when role = '民警' then headcount else 0 end) as bigint)", unit="人", view="staffing",
                family=FAMILY, kind=STOCK, caveat=_LATEST),
        measure("stations_counted", "有警力数据的派出所", "当月报有警力的派出所数", "不同派出所计数",
                _stations("is_station", "station"), unit="个", view="staffing", family=FAMILY,
                kind=STOCK, dimensions=_PLACES, caveat=_LATEST),
        measure("teams_set_up", "两队一室设置数", "派出所中配有民警的社区警务队、案件办理队、综合指挥室个数，每所最多 3 个", "有民警的队（室）计数",
                _stations("is_station and role = '民警' and headcount > 0"
                          " and team in ('社区警务队', '案件办理队', '综合指挥室')", "concat(station, team)"),
                unit="个", view="staffing", family=FAMILY, kind=STOCK, better="higher", dimensions=_PLACES,
                clause=f"{BINHAI} 第1–3条：两队一室全部设置；{COUNTY} 第6条：民警 15 名以上的所", caveat=_LATEST),
    ]


def _structure() -> list[Metric]:
    mix = [
        _share(f"team_{stem}_share", f"{team}占两队一室", f"两队一室民警中{team}的比例", f"{stem}_officers", "team_officers",
               f"{team}民警 ÷ 两队一室民警 × 100%", clause=f"{COUNTY} 第6条：两队一室按 4 : 4 : 2 配备")
        for stem, team, _ in _TEAMS
    ]
    return [
        _share("station_force_share", "派出所警力占全局", "全局民警中派出所民警的比例", "officers", "bureau_officers",
               "派出所民警 ÷ 全局民警 × 100%", better="higher", dimensions=_BUREAU,
               clause=f"{BINHAI} 第18条：不低于 50%；{COUNTY} 第4条：不低于 40%", caveat=f"只按全局计算，不分派出所；{_LATEST}"),
        _share("community_share", "社区民警占派出所警力", "派出所民警中社区警务队民警的比例", "community_officers", "officers",
               "社区警务队民警 ÷ 派出所民警 × 100%", better="higher",
               clause=f"{BINHAI} 第1、18条：不低于 40%；{COUNTY} 第4条：不低于 40%"),
        quotient("auxiliary_ratio", "警辅比", "派出所每名民警对应的辅警数", "auxiliaries", "officers", "派出所辅警 ÷ 派出所民警",
                 unit="名辅警/民警", view="staffing", family=FAMILY, decimals=2, better="higher", dimensions=_PLACES,
                 clause=f"{BINHAI} 第18条：不低于 1 : 1；{COUNTY} 第6条：设两队一室的 1 : 2", caveat=_LATEST),
        *mix,
    ]


def _stability() -> list[Metric]:
    community = "is_station and team = '社区警务队' and role = '民警'"

    def people(id: str, label: str, meaning: str, column: str, **more: Any) -> Metric:
        return measure(id, label, meaning, f"{label}之和", f"cast(sum({column}) filter (where {community}) as bigint)",
                       unit="人", view="staffing", family=FAMILY, kind=STOCK, dimensions=_PLACES, caveat=_LATEST, **more)

    return [
        people("community_stayed", "留任社区民警", "现在的社区民警中一年前已在本岗的人数", "stayed", better="higher"),
        people("community_year_ago", "一年前社区民警", "一年前社区警务队的民警数", "year_ago"),
        _share("community_stability", "社区民警稳定率", "一年前的社区民警中仍在本岗的比例", "community_stayed", "community_year_ago",
               "留任社区民警 ÷ 一年前社区民警 × 100%", better="higher", clause=f"{BINHAI} 第18条：不低于 90%",
               caveat=f"需要一年前同月的警力数据，没有的不计入；{_LATEST}"),
        measure("legal_stations", "配有法制员的派出所", "至少有一名法制员的派出所数", "有法制员的派出所计数",
                _stations("is_station and legal_officer > 0", "station"), unit="个", view="staffing",
                family=FAMILY, kind=STOCK, better="higher", dimensions=_PLACES, caveat=_LATEST),
        measure("legal_reported", "报有法制员数的派出所", "填报了法制员人数（含 0）的派出所数", "填报法制员的派出所计数",
                _stations("is_station and legal_officer is not null", "station"), unit="个",
                view="staffing", family=FAMILY, kind=STOCK, dimensions=_PLACES, caveat=_LATEST),
        _share("legal_cover", "法制员配备率", "派出所中配有法制员的比例", "legal_stations", "legal_reported",
               "配有法制员的派出所 ÷ 填报法制员的派出所 × 100%", better="higher",
               clause=f"{BINHAI} 第3条：100%；{COUNTY} 第19条：配备", caveat=f"没有填报的不计入；{_LATEST}"),
    ]


def _cover() -> list[Metric]:
    def beats(id: str, label: str, meaning: str, condition: str) -> Metric:
        return measure(id, label, meaning, "不同警格计数", f"count(distinct case when {condition} then beat end)", unit="个",
                       view="beats", family=FAMILY, kind=STOCK, dimensions=_PLACES, caveat="取当前登记的警格，不随月份变化")

    def needed(id: str, label: str, meaning: str, formula: str, sql: str, **more: Any) -> Metric:
        usual = {"unit": "人", "view": "beats", "family": FAMILY, "kind": STOCK, "dimensions": _PLACES}
        return measure(id, label, meaning, formula, sql, **{**usual, **more})

    urban = "count(distinct case when beat_kind = '城镇社区' then beat end)"
    every, large = "count(distinct beat)", "count(distinct case when people > 5000 then beat end)"
    cover = {"unit": "%", "scale": 100.0, "view": "staffing", "family": FAMILY, "dimensions": _PLACES, "better": "higher"}
    return [
        beats("beats", "警格数", "已登记的警格（社区、村）数", "true"),
        beats("beats_urban", "城镇社区警格", "城镇社区警格数", "beat_kind = '城镇社区'"),
        beats("beats_rural", "农村警格", "农村（村）警格数", "beat_kind = '农村'"),
        beats("beats_large", "5,000 人以上警格", "实有人口超过 5,000 人的警格数", "people > 5000"),
        needed("beat_officers_needed", "应配社区民警", "每个警格 1 名民警", "警格数 × 1", every),
        needed("beat_officers_needed_large", "应配社区民警（按人口）", "每个警格 1 名民警，超过 5,000 人的 2 名",
               "警格数 + 超过 5,000 人的警格数", f"{every} + {large}"),
        needed("beat_auxiliaries_needed", "应配社区辅警", "每个城镇社区 2 名辅警，其余每个警格 1 名", "警格数 + 城镇社区警格数",
               f"{every} + {urban}"),
        quotient("beat_cover", "社区配警（民警）", "社区警务队民警与应配社区民警之比", "community_officers", "beat_officers_needed",
                 "社区警务队民警 ÷ 应配社区民警 × 100%", **cover, decimals=1,
                 clause=f"{BINHAI} 第1条：城镇社区 1 民警 2 辅警，农村 1 民警 1 辅警",
                 caveat=f"多配的所会抵消少配的所，全局数须看各所；{_LATEST}"),
        quotient("beat_cover_large", "社区配警（民警，按人口）", "社区警务队民警与按人口应配社区民警之比", "community_officers",
                 "beat_officers_needed_large", "社区警务队民警 ÷ 按人口应配社区民警 × 100%", **cover, decimals=1,
                 clause=f"{DALIAN}：5,000 人以上不少于 2 名", caveat=f"多配的所会抵消少配的所，全局数须看各所；{_LATEST}"),
        quotient("beat_auxiliary_cover", "社区配警（辅警）", "社区警务队辅警与应配社区辅警之比", "community_auxiliaries",
                 "beat_auxiliaries_needed", "社区警务队辅警 ÷ 应配社区辅警 × 100%", **cover, decimals=1,
                 clause=f"{BINHAI} 第1条；{COUNTY} 第5条：社区 2 名、村 1 名辅警",
                 caveat=f"多配的所会抵消少配的所，全局数须看各所；{_LATEST}"),
    ]


def _community_time() -> list[Metric]:
    usual: dict[str, Any] = {"view": "duty", "family": DUTY_FAMILY, "kind": AMOUNT, "decimals": 1, "dimensions": _DAYS,
                             "caveat": "只计有排班的派出所和日期"}
    ratio: dict[str, Any] = {"view": "duty", "family": DUTY_FAMILY, "decimals": 1, "dimensions": _DAYS, "better": "higher"}
    on_post, of_day = "row_kind = '岗位' and post = '社区'", "row_kind = '社区'"
    return [
        measure("community_hours_urban_n", "社区岗民警工时（城镇）", "农村以外派出所社区岗的民警工时", "社区岗时长 × 民警数之和",
                f"sum(hours * officers) filter (where {on_post} and kind <> '农村')", unit="小时", better="higher", **usual),
        measure("community_work_urban_n", "社区民警应出勤工时（城镇）", "农村以外派出所社区警务队民警的法定工时", "社区民警数 × 工作日 × 8 小时",
                f"sum(hours * officers) filter (where {of_day} and kind <> '农村')", unit="小时", **usual),
        quotient("community_hours_urban", "下沉时间（城镇）", "城镇社区民警在社区岗的工时占应出勤工时的比例", "community_hours_urban_n",
                 "community_work_urban_n", "社区岗民警工时 ÷（社区民警数 × 工作日 × 8 小时）× 100%", unit="%", scale=100.0,
                 clause=f"{BINHAI} 第1条：不低于 80%", caveat="由勤务排班推算；农村以外的派出所；工作日含调休；加班可使其超过 100%，请核对排班", **ratio),
        measure("community_hours_rural_n", "社区岗民警工时（农村）", "农村派出所社区岗的民警工时", "社区岗时长 × 民警数之和",
                f"sum(hours * officers) filter (where {on_post} and kind = '农村')", unit="小时", better="higher", **usual),
        measure("community_weeks_rural_n", "社区民警人周（农村）", "农村派出所社区警务队民警数乘以周数", "社区民警数 × 天数 ÷ 7",
                f"sum(officers) filter (where {of_day} and kind = '农村') / 7.0", unit="人·周", **usual),
        quotient("community_hours_rural", "下沉时间（农村）", "农村派出所每名社区民警每周在村的小时数", "community_hours_rural_n",
                 "community_weeks_rural_n", "社区岗民警工时 ÷（社区民警数 × 周数）", unit="小时/周",
                 clause=f"{BINHAI} 第1条：每周不少于 20 小时", caveat="由勤务排班推算；只计有排班的派出所和日期", **ratio),
    ]


def _load() -> list[Metric]:
    usual: dict[str, Any] = {"view": "duty", "family": DUTY_FAMILY, "kind": AMOUNT, "decimals": 1, "dimensions": _BY_TIME}
    post = "sum(hours * (officers + auxiliaries)) filter (where row_kind = '岗位' and post in ('接处警', '巡逻'))"
    rostered = "只计有排班的派出所和日期"
    # What alert_work and duty_facts cannot tell is NULL there, and then no sum stands for it.
    hours = "case when count(work_hours) = count(*) then sum(work_hours) end"
    filled = "时间或人数不可用的，按本所当月每起均值补足（不足 30 起的按全局）；全部不可用的不作测算"
    work = f"出动人数 × 派警到处置完毕的时间；{filled}；无人出警的计 0；只计知道钟点的警情"
    return [
        quotient("workload", "单警处警量", "派出所每名民警在期内分担的有效警情数", "alerts_valid", "officers", "有效警情 ÷ 派出所民警",
                 unit="起/人", family=DUTY_FAMILY, decimals=1,
                 caveat="期间越长数越大；民警数取时段末有数据的最近一个月"),
        measure("work_hours", "处警占用工时", "处置有效警情占用的民警、辅警工时", "出动人数 × 派警到处置完毕的小时数之和", hours,
                unit="小时", view="alert_work", family=DUTY_FAMILY, kind=AMOUNT, decimals=1, caveat=work, version=2,
                may_be_unknown=True),
        Metric("posts_needed", "应配岗位", "平均同时需要的处警人数（民警、辅警合计）", "处警占用工时 ÷ 时段小时数 ÷ 0.6", "人", "alert_work",
               DUTY_FAMILY, kind=RATE, per="hours", numerator="work_hours", scale=1 / 0.6, decimals=2, version=2,
               dimensions=(*NOT_BY_HOUR, "hour", "weekday"),
               caveat=f"至多 60% 的时间用于处警；按报警的钟点计，不摊到后续钟点；「警力配置」的分钟点数是同一工时经平滑的估计；{work}"),
        measure("response_hours", "处警岗在岗工时", "接处警、巡逻岗的民警、辅警工时", "岗位时长 × 人数之和", post, unit="小时",
                caveat="接处警、巡逻岗；不含社区、窗口、视频巡查岗", **usual),
        Metric("posts_on_duty", "在岗人数", "接处警、巡逻岗平均同时在岗的民警、辅警数", "处警岗在岗工时 ÷ 时段小时数", "人", "duty", DUTY_FAMILY,
               kind=RATE, per="hours", numerator="response_hours", decimals=2, dimensions=_BY_TIME,
               caveat="与应配岗位对照；只计有排班的日期"),
        measure("rostered_work_hours", "排班日处警占用工时", "有排班的派出所和日期的处警占用工时", "出动人数 × 派警到处置完毕的小时数之和",
                hours, unit="小时", caveat=f"{rostered}；{work}", version=2, may_be_unknown=True, **usual),
        quotient("utilisation", "占用率", "处警占用工时占处警岗在岗工时的比例", "rostered_work_hours", "response_hours",
                 "排班日处警占用工时 ÷ 处警岗在岗工时 × 100%", unit="%", scale=100.0, view="duty", family=DUTY_FAMILY,
                 decimals=1, dimensions=_BY_TIME, version=2,
                 caveat=f"不宜超过 60%；超过 100% 说明超负荷或他岗支援；{rostered}；{filled}"),
        measure("rostered_alerts", "排班日有效警情", "有排班的派出所和日期的有效警情数", "有效警情计数",
                "count(*) filter (where row_kind = '警情')", unit="起",
                caveat=f"{rostered}；只计知道钟点的", version=2, **{**usual, "kind": "count", "decimals": 0}),
        Metric("match_index", "警力警情匹配度", "有效警情与处警岗工时在一周 168 小时上的分布有多少重合", "Σ 各小时 min（警情占比，工时占比）", "指数",
               "duty", DUTY_FAMILY, kind=MATCH, numerator="rostered_alerts", denominator="response_hours", decimals=3,
               better="higher", version=2, dimensions=("station", "kind", "week", "month", "quarter", "year"),
               caveat=f"1 为完全同步；期间不足四周或警情很少时偏低；{rostered}"),
    ]
