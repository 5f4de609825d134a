"""Column names that sources use for each field, as patterns over headers without blanks, case and punctuation."""

from __future__ import annotations

import re

# Which table a file is for.
CALL_WORDS = (
    r"call",
    r"\bcad|^cad|cadevent|cadevnt",
    r"dispatch|disp(ts|time|date)|派警",
    r"arriv|onscene|到达|到場",
    r"enroute",
    r"priority",
    r"received",
    r"selfinit",
    r"radiocode",
    r"911|cfs",
    r"警情|接警|报警|報案时间|出警|处警",
    r"^unit",
    r"disposition",
    r"antisocial|asb",
)
CASE_WORDS = (
    r"crime",
    r"offen[sc]e|ofns|offens",
    r"nibrs|ucr|ibr\b|iucr|fbicode",
    r"arrest",
    r"clearancestatus|casestatus",
    r"案件|案由|立案|破案|受案|發生|发案|案类|竊盜",
    r"cmplnt|complaint",
    r"outcome|resolution",
    r"weapon",
    r"victim|vict|suspect",
    r"statute|lawcat|crmcd|drno",
    r"theft|assault|burglar|homicide|robber",
    r"incidentcategory|reporttype",
)
# Tables of codes and figures, recognised when every pattern has a column.
LIST_TABLES: dict[str, tuple[str, ...]] = {
    "staffing": (
        r"月份|^month$",
        r"队伍|^team$",
        r"人员类别|^role$",
        r"人数|在岗|^headcount$",
    ),
    "duty": (
        r"上岗|开始时间|^startsat$",
        r"下岗|结束时间|^endsat$",
        r"岗位|^post$",
    ),
    "reported_indicators": (
        r"月份|^month$",
        r"指标|^indicator$",
        r"分子|^numerator$",
    ),
    "case_categories": (
        r"类别代码|^code$",
        r"名称|^name$",
        r"危害权重|^harmweight$",
    ),
    "alert_categories": (
        r"类别代码|^code$",
        r"名称|^name$",
        r"归类|^groupname$",
    ),
    "beats": (
        r"警格代码|社区代码|^code$",
        r"所属派出所|^stationcode$",
        r"名称|^name$",
    ),
    "stations": (
        r"单位代码|派出所代码|^code$",
        r"名称|^name$",
        r"规格|辖区面积|类别|^kind$|^areakm2$|^rank$",
    ),
}
LIST_FIELDS: dict[str, tuple[str, ...]] = {
    "code": (
        r"^(单位|派出所|警格|社区|类别)?代码$",
        r"^code$",
    ),
    "station_code": (
        r"所属派出所",
        r"^(单位|派出所)代码$",
        r"^(派出所|单位)$",
        r"stationcode",
    ),
    "name": (
        r"^(单位|派出所|警格|社区|类别)?名称$",
        r"^name$",
    ),
    "kind": (
        r"^类别$|^类型$",
        r"^kind$",
    ),
    "month": (
        r"月份",
        r"^month$",
    ),
    "team": (r"队伍|^team$",),
    "role": (r"人员类别|^role$",),
    "headcount": (r"在编在岗人数|^人数$|headcount",),
    "starts_at": (r"上岗|开始时间|startsat",),
    "ends_at": (r"下岗|结束时间|endsat",),
    "post": (r"岗位|^post$",),
    "officers": (r"民警",),
    "auxiliaries": (r"辅警",),
    "indicator": (r"指标|^indicator$",),
    "population": (r"实有人口|人口|population",),
}

LON = (
    r"^(lon|lng|long|longitude)$",
    r"longitude|经度|經度",
    r"^(x|pointx|geox|mapx|lonwgs84|geolong|xlon)$",
    r"lon$|lng$",
)
LAT = (
    r"^(lat|latitude)$",
    r"latitude|纬度|緯度",
    r"^(y|pointy|geoy|mapy|latwgs84|geolat|ylat)$",
    r"lat$",
)
# Zone, then west, east, south, north; the first box that holds the median point wins.
ZONES = (
    ("Asia/Taipei", 119.3, 122.1, 21.8, 25.5),
    ("Asia/Hong_Kong", 113.82, 114.45, 22.15, 22.56),
    ("Asia/Seoul", 126.0, 129.7, 33.0, 38.6),
    ("Asia/Tokyo", 129.7, 146.0, 30.0, 46.0),
    ("Asia/Shanghai", 73.0, 135.1, 17.5, 53.6),
    ("Pacific/Honolulu", -161.0, -154.0, 18.0, 23.0),
    ("America/Anchorage", -170.0, -130.0, 54.0, 72.0),
    ("America/Los_Angeles", -125.0, -114.0, 32.0, 54.0),
    ("America/Phoenix", -114.0, -109.0, 31.0, 37.0),
    ("America/Denver", -114.0, -101.5, 31.0, 54.0),
    ("America/Chicago", -101.5, -85.5, 25.0, 54.0),
    ("America/New_York", -85.5, -66.0, 24.0, 54.0),
    ("Europe/London", -8.7, 2.0, 49.5, 61.0),
    ("Europe/Paris", -5.0, 16.0, 36.0, 58.0),
    ("Australia/Sydney", 140.0, 154.0, -44.0, -24.0),
)

ALERT_TIMES: dict[str, tuple[str, ...]] = {
    "call_time": (
        r"报警时间|報案時間|接报时间|来电时间",
        r"originaltimequeued|timequeued|timecreate|createtime|calltime$|calldatetime|callreceived",
        r"^received|received(date)?time|receiveddate|callreceiv|timereceived",
        r"calldate|^calltime|addts",
        r"incidentdatetime|eventdatetime",
        r"^starttime|^startdatetime|startdate",
        r"creat|entry(date)?time|entrydate|reported",
        r"incidentdate|eventdate",
        r"^datetime$|^date$|^日期$|^时间$|^timestamp$|^month$|^月份$",
        r"occur|发生时间|發生",
        r"dispatchdate",
        r"date",
    ),
    "answer_time": (r"接警时间|answertime|timeanswered|^answered",),
    "dispatch_time": (
        r"派警时间|派警",
        r"dispatch(ed)?(date)?time|timedispatch|^dispatch(ed)?$|dispts|dispatchtime",
        r"dispatch",
    ),
    "sign_time": (r"签收时间",),
    "depart_time": (
        r"出警时间|出动时间",
        r"en_?route|timeenroute",
    ),
    "arrive_time": (
        r"到达时间|到达现场|到场|到達",
        r"arriv(al|ed|e|d)?(ts|time|date|$)|timearriv|onscene|arriv",
    ),
    "done_time": (
        r"处置完毕|处警结束|结束时间|完成时间",
        r"clos(ed|ng|ing|e)(ts|time|date|$)|clear(ed|ance)?(time|date|$)|timeclos|timeclear|^endtime|"
        r"enddatetime|callcleared",
    ),
    "feedback_time": (r"反馈时间",),
}
CASE_TIMES: dict[str, tuple[str, ...]] = {
    "occur_from": (
        r"发案时间(起|$)|发生时间|發生(日期|時間)|案发时间|发案日期",
        r"cmplntfr(dt|date)|occurredon|occur(red|rence)?(from|start|date|dt|time|$)|dateocc|occdate|fromdate|"
        r"datetimeofoffense|offensestart|incidentstart",
        r"offen[sc]edate|crimedate|crimetime|^startdatetime|^startdate|incidentdatetime|incidentdate|occ",
        r"^datetime$|^date$|^日期$|^timestamp$|^month$|^月份$",
        r"dispatchdate",
    ),
    "occur_to": (
        r"发案时间止|cmplntto(dt|date)|occurredto|occur(red|rence)?(to|end)|offenseend|^enddatetime|^enddate|"
        r"incidentend|todate",
    ),
    "report_time": (
        r"报案时间|报案日期|報案",
        r"^rptd(t|ate)|datereported|reporteddate|report(ed)?(date|datetime|time)|daterptd|rpt(dt|date)",
    ),
    "accept_time": (r"受案(时间|日期)",),
    "file_time": (r"立案(时间|日期)",),
    "no_file_time": (r"不予立案",),
    "solve_time": (r"破案(时间|日期)",),
    "close_time": (
        r"结案(时间|日期)",
        r"closeddate|dateclosed",
    ),
    "cancel_time": (r"撤案(时间|日期)",),
    "transfer_time": (r"移送(时间|日期)",),
}

_STATION = (
    r"^派出所$|派出所(名称|代码)?$|管辖单位|辖区派出所|所属单位|接警单位|处警单位|^分局$|^轄區$|^辖区$",
    r"precinct|addrpctcd|pctcd",
    r"^(police)?district(name|number|no|num|code|id|occ)?$|policedistrict|pddistrict|patroldistrict",
    r"^division|policedivision|^station(name|code|id)?$|policestation|^bureau$",
    r"^areaname$|^areaocc$|^area$|^command$|fallswithin",
    r"^sector$|policesector|patrolarea|^zone$|policezone",
)
_BEAT = (
    r"警格|^社区|社區|村居",
    r"^(police|patrol)?beat(name|number|no|num|code|id)?$|beat",
    r"rptdistno|reportingdistrict|reportingarea|policepost|^pra$|^post$|^grid$|policegrid|gridlocation",
)
_PLACE = (
    r"发生部位|发案部位|场所(类型|类别)?|處所",
    r"locationdesc|premis(e|es)?(desc|type)|premtypdesc|locationtype|placetype|^premis(e|es)$|^place$|loccat",
)
ALERT_LABELS: dict[str, tuple[str, ...]] = {
    "cat_conf": (
        r"确认性质|反馈类别|处警类别",
        r"^finalcalltype|finalcasetype|finalincidenttype|finaltype|^closetype|eventclearancedesc|"
        r"^typetext$",
    ),
    "cat_orig": (
        r"原始性质|警情类别|警情性质|报警类别|警情类型|^类别$|^案由$|案件類型|^类型$|^類別$",
        r"initialcalltype|initialtypetext|originalcalltype",
        r"initialtype|originaltype",
        r"calltypetext|calltypedesc|typdesc|typedesc",
        r"^calltype",
        r"incidenttype(desc|name|text)|^nature|naturecode|problem(type)?$|^incidenttype|eventtype|"
        r"complainttype|^call$",
        r"^type|typetext$",
        r"^title$",
        r"^description$|calldesc|^incidentdesc",
        r"offen[sc]e|crimetype|^category$|crime|loccat|^reason|radiocode|calltypecode|^code$|signal",
    ),
    "station_code": _STATION,
    "beat_code": _BEAT,
    "place_type": _PLACE,
    "result_code": (
        r"处理结果|处警结果",
        r"disposition(desc|text)|^disposition|clearancecode|^result|eventclearance|^outcome|^resolution|dispcode",
    ),
    "recv_type": (r"接警类型|接警方式",),
    "source_mode": (r"报警方式|来电方式|calltypereceived|callsource|^source$|methodreceived",),
    "mediated": (r"调解(状态|情况)",),
    "visit_score": (r"回访评价|满意度",),
}
CASE_LABELS: dict[str, tuple[str, ...]] = {
    "category": (
        r"案件类别|案件類型|案由|案别|案類|^类别$|^罪名$",
        r"primarytype|primaryoffense|^crimetype|incidentcategory|crimename2|ofnsdesc|crmcddesc|crimecategory",
        r"offen[sc]ecategory|offen[sc]e(type|desc|name|description)?$|offensegroup|"
        r"nibrs(desc|description|offense|category)|ucr(crime)?(category|desc|group)|"
        r"^crime(desc|description)?$|crimename1",
        r"^category|incidenttype|^description|^type|statutedesc|charge|^offen[sc]e|crimename|signaldesc|"
        r"crime$|crimetype",
    ),
    "station_code": _STATION,
    "beat_code": _BEAT,
    "place_type": _PLACE,
    "status": (
        r"案件状态|^状态$",
        r"lastoutcomecategory|outcome|clearancestatus|casestatus|statusdesc|^resolution$|^disposition|"
        r"^clearance|^status$",
    ),
    "handling_unit": (r"办理单位|办案单位|主办单位",),
}
# Fields whose codes become units; a long list there means a wrong column.
FEW = (r"station_code",)
FALLBACK_STATION = (
    r"^boro|borough",
    r"neighbo(u)?rhood|communityarea|^community",
    r"^city$|^municipality|^town$",
    r"^ward|^grid|^zip|postal|lsoaname|councildistrict",
)
LEVEL = (r"警情级别|^级别$|^priority(number|level|code)?$|^priority$",)
SELF_INITIATED = (r"selfinitiated|officerinitiated|onview",)
ARREST = (r"^arrest(made|ed|flag|s)?$|^cleared$|^solved$|是否破案|已破案",)
IDS = (
    r"接警单(编)?号|(接|报|接处)警编号|警情编号|事件编号|^单号$|案件编号|案号|^編號$|^编号$",
    r"cadeventnumber|cadevntid|eventnumber|eventid|incidentnum(ber)?$|incidentno$|inc(ident)?number",
    r"calls?(number|num|no|id|key)$|cfsid|masterincidentnumber",
    r"^incidentid$|offen[sc]eid|cmplntnum|drno$|crimeid|casenumber|caseno$|case(id)?$|nopditem|^rowid$|"
    r"crnumber|reportnum(ber)?|reportno|goreportnumber|instanceid",
    r"^id$|recordid|^uniqueid|^uuid$|objectid|^fid$|^ccn$|^incident$",
)


def plain_header(name: str) -> str:
    """Return a header in lower case without blanks and punctuation."""
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "", name.casefold())


def time_stem(header: str) -> str:
    """Return what is left of a header without the words for date and time, to pair the two columns of one moment."""
    return re.sub(r"datetime|date|time|tod|hour|(?<=[a-z])(dt|tm)$|日期|时间|時間|时刻|時刻", "", header)


# What a category's words say of its group, the first that fits; a guess that a person confirms in the mapping.
GROUP_WORDS = (
    ("其他", r"骚扰|无效|误报|误拨|重复报|挂断|abandon|hang ?up|test call"),
    ("举报", r"举报"),
    ("投诉", r"投诉"),
    ("咨询", r"咨询"),
    ("纠纷", r"纠纷|争执|争吵|欠薪|家暴|家庭矛盾|dispute|domestic|neighbou?r"),
    ("交通", r"交通|车祸|追尾|违停|酒驾|traffic|accident|collision|vehicle stop|parking|dui\b|hit and run"),
    (
        "刑事",
        r"盗|窃|抢劫|抢夺|诈骗|强奸|杀人|绑架|贩毒|故意伤害|theft|larceny|stolen|burglar|robber|assault|batter|homicide"
        r"|murder|rape|sexual|fraud|arson|shoot|narcotic|weapon|shoplift|kidnap",
    ),
    (
        "治安",
        r"打架|斗殴|殴打|赌博|嫖|噪音|扰民|寻衅|吸毒|滋事|损毁|noise|disturb|disorder|trespass|vandal|loiter|suspicious",
    ),
    ("求助", r"求助|走失|救助|开锁|遗失|寻人|welfare|assist|medical|missing|lost|alarm"),
)
