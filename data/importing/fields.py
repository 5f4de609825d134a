"""What each table can be filled with: field names of a mapping, their kinds, limits, choices and keys."""

from __future__ import annotations

from dataclasses import dataclass

# Kinds whose source text is never written anywhere: it goes through the keyed hash before the first byte is stored.
HASHED_KINDS = ("id", "caller")
# Kinds that keep source text; only these can carry personal data into the store.
TEXT_KINDS = ("code", "text", "title")


@dataclass(frozen=True)
class Field:
    """One thing a mapping can fill.

    kind: time, day, month, code, text, title, number, integer, boolean, choice, id, caller, lon, lat, point, boundary.
    column: the table's column; lon, lat and point of events have none, they become a grid cell.
    """

    name: str
    label: str
    kind: str
    column: str | None
    required: bool = False
    choices: tuple[str, ...] = ()
    longest: int = 100
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Table:
    """A table that a mapping can name.

    key: columns that identify a row for updates. times: fields that can date a row, first known one first.
    """

    name: str
    label: str
    fields: dict[str, Field]
    key: tuple[str, ...]
    times: tuple[str, ...] = ()


def _field(name: str, label: str, kind: str, column: str | None = "", **limits: object) -> Field:
    return Field(name, label, kind, name if column == "" else column, **limits)  # type: ignore[arg-type]


def _table(name: str, label: str, fields: list[Field], key: tuple[str, ...], times: tuple[str, ...] = ()) -> Table:
    return Table(name, label, {field.name: field for field in fields}, key, times)


def _points() -> list[Field]:
    return [
        _field("lon", "经度", "lon", None),
        _field("lat", "纬度", "lat", None),
        _field("point", "坐标点", "point", None),
    ]


def _times(pairs: dict[str, str]) -> list[Field]:
    return [_field(name, label, "time") for name, label in pairs.items()]


MEDIATED = ("待化解", "调解中", "已化解", "未化解")
VISIT_SCORES = ("满意", "基本满意", "不满意", "未回访")
ALERT_GROUPS = ("刑事", "治安", "交通", "群体性事件", "求助", "联动流转", "纠纷", "举报", "投诉", "咨询", "其他")
CASE_GROUPS = ("刑事", "行政")
STATION_KINDS = ("城区", "城郊", "农村", "海港", "厂矿")
BEAT_KINDS = ("城镇社区", "农村")
TEAMS = ("所领导", "社区警务队", "案件办理队", "综合指挥室", "机关")
ROLES = ("民警", "辅警")
POSTS = ("接处警", "巡逻", "社区", "窗口", "视频巡查")

ALERTS = _table(
    "alerts",
    "警情",
    [
        _field("id", "接警单号", "id", "alert_id"),
        _field("parent_id", "并入单号", "id"),
        _field("recv_type", "接警类型", "code"),
        _field("source_mode", "报警方式", "code"),
        _field("call_time", "报警时间", "time", required=True),
        *_times(
            {
                "answer_time": "接警时间",
                "dispatch_time": "派警时间",
                "sign_time": "签收时间",
                "depart_time": "出警时间",
                "arrive_time": "到达时间",
                "done_time": "处置完毕时间",
                "feedback_time": "反馈时间",
            }
        ),
        _field("cat_orig", "原始性质", "code", longest=200),
        _field("cat_conf", "确认性质", "code", longest=200),
        _field("level", "警情级别", "integer", least=1, most=4),
        _field("is_invalid", "无效警情", "boolean"),
        _field("station_code", "派出所", "code"),
        _field("beat_code", "警格", "code"),
        *_points(),
        _field("place_type", "发生部位", "code"),
        _field("result_code", "处理结果", "code"),
        _field("mediated", "纠纷调解", "choice", choices=MEDIATED),
        _field("visit_score", "回访评价", "choice", choices=VISIT_SCORES),
        _field("caller", "报警电话", "caller", "caller_key"),
        _field("case_id", "转立案件编号", "id"),
        _field("officers_n", "出动人数", "integer", least=0, most=32767),
        _field("vehicles_n", "出动车辆", "integer", least=0, most=32767),
        _field("origin", "来源", "choice", choices=("群众报警", "巡逻发现")),
    ],
    ("alert_id",),
    ("call_time",),
)
CASES = _table(
    "cases",
    "案件",
    [
        _field("id", "案件编号", "id", "case_id"),
        _field("kind", "案件种类", "choice", choices=CASE_GROUPS),
        _field("category", "案件类别", "code", longest=200),
        *_times(
            {
                "occur_from": "发案时间起",
                "occur_to": "发案时间止",
                "report_time": "报案时间",
                "accept_time": "受案时间",
                "file_time": "立案时间",
                "no_file_time": "不予立案时间",
                "solve_time": "破案时间",
                "close_time": "结案时间",
                "cancel_time": "撤案时间",
                "transfer_time": "移送时间",
            }
        ),
        _field("status", "案件状态", "code"),
        _field("station_code", "发案地派出所", "code"),
        _field("handling_unit", "办理单位", "code"),
        _field("beat_code", "警格", "code"),
        *_points(),
        _field("place_type", "发生部位", "code"),
        _field("loss_amount", "损失金额", "number", least=0),
        _field("serious", "严重后果", "boolean"),
        _field("telecom", "电信网络诈骗", "boolean"),
        _field("negative_list", "负面清单", "boolean"),
        _field("solved_from_backlog", "破获积案", "boolean"),
    ],
    ("case_id",),
    ("file_time", "accept_time", "report_time", "occur_from"),
)
STATIONS = _table(
    "stations",
    "派出所",
    [
        _field("code", "单位代码", "code", required=True),
        _field("name", "名称", "title", required=True),
        _field("kind", "类别", "choice", choices=STATION_KINDS),
        _field("rank", "规格", "choice", choices=("副处级", "正科级")),
        _field("population", "实有人口", "integer", least=0, most=2_147_483_647),
        _field("area_km2", "辖区面积", "number", least=0),
        _field("lon", "经度", "lon"),
        _field("lat", "纬度", "lat"),
        _field("point", "坐标点", "point", None),
        _field("boundary", "辖区边界", "boundary"),
    ],
    ("code",),
)
BEATS = _table(
    "beats",
    "警格",
    [
        _field("code", "警格代码", "code", required=True),
        _field("station_code", "所属派出所", "code", required=True),
        _field("name", "名称", "title", required=True),
        _field("kind", "类别", "choice", choices=BEAT_KINDS),
        _field("population", "实有人口", "integer", least=0, most=2_147_483_647),
    ],
    ("code",),
)


def _categories(name: str, label: str, groups: tuple[str, ...], more: list[Field]) -> Table:
    fields = [
        _field("code", "类别代码", "code", required=True, longest=200),
        _field("parent", "上级代码", "code", longest=200),
        _field("name", "名称", "title", required=True, longest=200),
        _field("group_name", "一级归类", "choice", required=True, choices=groups),
        _field("flags", "标记", "code"),
        *more,
    ]
    return _table(name, label, fields, ("code",))


ALERT_CATEGORIES = _categories("alert_categories", "警情类别", ALERT_GROUPS, [])
CASE_CATEGORIES = _categories(
    "case_categories", "案件类别", CASE_GROUPS, [_field("harm_weight", "危害权重", "number", least=0)]
)
STAFFING = _table(
    "staffing",
    "警力",
    [
        _field("month", "月份", "month", required=True),
        _field("station_code", "单位代码", "code", required=True),
        _field("team", "队伍", "choice", required=True, choices=TEAMS),
        _field("role", "人员类别", "choice", required=True, choices=ROLES),
        _field("headcount", "人数", "integer", required=True, least=0, most=2_147_483_647),
        _field("stayed", "一年前已在岗人数", "integer", least=0, most=2_147_483_647),
        _field("legal_officer", "法制员人数", "integer", least=0, most=2_147_483_647),
    ],
    ("month", "station_code", "team", "role"),
)
DUTY = _table(
    "duty",
    "勤务",
    [
        _field("station_code", "单位代码", "code", required=True),
        _field("starts_at", "上岗时间", "time", required=True),
        _field("ends_at", "下岗时间", "time", required=True),
        _field("post", "岗位", "choice", required=True, choices=POSTS),
        _field("officers", "民警人数", "integer", required=True, least=0, most=2_147_483_647),
        _field("auxiliaries", "辅警人数", "integer", required=True, least=0, most=2_147_483_647),
    ],
    ("station_code", "starts_at", "ends_at", "post"),
)
REPORTED_INDICATORS = _table(
    "reported_indicators",
    "报送指标",
    [
        _field("month", "月份", "month", required=True),
        _field("station_code", "单位代码", "code", required=True),
        _field("indicator", "指标名称", "code", required=True),
        _field("numerator", "分子", "number"),
        _field("denominator", "分母", "number"),
        _field("source", "数据来源", "text"),
        _field("note", "口径说明", "text", longest=200),
    ],
    ("month", "station_code", "indicator"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ALERTS,
        CASES,
        STATIONS,
        BEATS,
        ALERT_CATEGORIES,
        CASE_CATEGORIES,
        STAFFING,
        DUTY,
        REPORTED_INDICATORS,
    )
}
# Outlines of stations come from GeoJSON and go into the table stations, so this is a target but no table of its own.
BOUNDARIES = _table(
    "boundaries",
    "辖区边界",
    [
        _field("station", "派出所代码或名称", "title", None, required=True),
        _field("name", "新登记派出所的名称", "title", None),
    ],
    ("station",),
)
# Everything that a mapping can name.
TARGETS = TABLES | {BOUNDARIES.name: BOUNDARIES}
# Tables whose rows are events: they have a batch, a time precision and a grid cell.
FACT_TABLES = ("alerts", "cases")
