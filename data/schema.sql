-- Tables of one snapshot. The comments are the data dictionary: 指标口径 and docs are generated from them.
-- No indexes or primary keys: uniqueness is checked by query before a snapshot is published.
-- All times are local wall-clock time (Asia/Shanghai), stored without a zone.

CREATE TABLE meta (
    key   VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);
COMMENT ON TABLE meta IS '本版本的说明：示例数据标志、网格基准纬度、模式版本';
COMMENT ON COLUMN meta.key IS '名称';
COMMENT ON COLUMN meta.value IS '取值';

CREATE TABLE stations (
    code       VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    kind       VARCHAR CHECK (kind IN ('城区', '城郊', '农村', '海港', '厂矿')),
    rank       VARCHAR CHECK (rank IN ('副处级', '正科级')),
    population INTEGER CHECK (population >= 0),
    area_km2   DOUBLE CHECK (area_km2 >= 0),
    lon        DOUBLE CHECK (lon BETWEEN -180 AND 180),
    lat        DOUBLE CHECK (lat BETWEEN -90 AND 90),
    boundary   VARCHAR
);
COMMENT ON TABLE stations IS '派出所，一行一个所';
COMMENT ON COLUMN stations.code IS '单位代码（GA/T 380 形式的 12 位数字，按文本保存）';
COMMENT ON COLUMN stations.name IS '名称';
COMMENT ON COLUMN stations.kind IS '类别：城区、城郊、农村、海港、厂矿';
COMMENT ON COLUMN stations.rank IS '规格：副处级、正科级';
COMMENT ON COLUMN stations.population IS '辖区实有人口，人';
COMMENT ON COLUMN stations.area_km2 IS '辖区面积，平方公里';
COMMENT ON COLUMN stations.lon IS '驻地经度，CGCS2000/WGS84';
COMMENT ON COLUMN stations.lat IS '驻地纬度，CGCS2000/WGS84';
COMMENT ON COLUMN stations.boundary IS '辖区边界，GeoJSON 几何';

CREATE TABLE beats (
    code         VARCHAR NOT NULL,
    station_code VARCHAR NOT NULL,
    name         VARCHAR NOT NULL,
    kind         VARCHAR CHECK (kind IN ('城镇社区', '农村')),
    population   INTEGER CHECK (population >= 0)
);
COMMENT ON TABLE beats IS '警格（社区、村），一行一个';
COMMENT ON COLUMN beats.code IS '警格代码';
COMMENT ON COLUMN beats.station_code IS '所属派出所代码';
COMMENT ON COLUMN beats.name IS '名称';
COMMENT ON COLUMN beats.kind IS '类别：城镇社区、农村';
COMMENT ON COLUMN beats.population IS '实有人口，人';

CREATE TABLE alert_categories (
    code       VARCHAR NOT NULL,
    parent     VARCHAR,
    name       VARCHAR NOT NULL,
    group_name VARCHAR NOT NULL CHECK (group_name IN ('刑事', '治安', '交通', '群体性事件', '求助', '联动流转', '纠纷', '举报', '投诉', '咨询', '其他')),
    flags      VARCHAR
);
COMMENT ON TABLE alert_categories IS '警情类别，一行一个代码，2/4/6/8 位分级';
COMMENT ON COLUMN alert_categories.code IS '类别代码';
COMMENT ON COLUMN alert_categories.parent IS '上级代码，一级为空';
COMMENT ON COLUMN alert_categories.name IS '名称';
COMMENT ON COLUMN alert_categories.group_name IS '一级归类，指标按此统计';
COMMENT ON COLUMN alert_categories.flags IS '标记，逗号分隔：无效（取消、骚扰、断线、重复等）、电诈、八类';

CREATE TABLE case_categories (
    code        VARCHAR NOT NULL,
    parent      VARCHAR,
    name        VARCHAR NOT NULL,
    group_name  VARCHAR NOT NULL CHECK (group_name IN ('刑事', '行政')),
    flags       VARCHAR,
    harm_weight DOUBLE CHECK (harm_weight >= 0)
);
COMMENT ON TABLE case_categories IS '案件类别，一行一个代码（GA/T 240.1 形式的 6 位数字）';
COMMENT ON COLUMN case_categories.code IS '类别代码';
COMMENT ON COLUMN case_categories.parent IS '上级代码，一级为空';
COMMENT ON COLUMN case_categories.name IS '名称';
COMMENT ON COLUMN case_categories.group_name IS '刑事或行政';
COMMENT ON COLUMN case_categories.flags IS '标记，逗号分隔：盗、抢、骗、电诈、八类（须另有严重标志）';
COMMENT ON COLUMN case_categories.harm_weight IS '危害权重，无量纲';

CREATE TABLE alerts (
    alert_id       UUID,
    parent_id      UUID,
    recv_type      VARCHAR,
    source_mode    VARCHAR,
    call_time      TIMESTAMP NOT NULL,
    answer_time    TIMESTAMP,
    dispatch_time  TIMESTAMP,
    sign_time      TIMESTAMP,
    depart_time    TIMESTAMP,
    arrive_time    TIMESTAMP,
    done_time      TIMESTAMP,
    feedback_time  TIMESTAMP,
    cat_orig       VARCHAR,
    cat_conf       VARCHAR,
    level          TINYINT CHECK (level BETWEEN 1 AND 4),
    is_invalid     BOOLEAN NOT NULL,
    station_code   VARCHAR,
    beat_code      VARCHAR,
    cell_x         INTEGER,
    cell_y         INTEGER,
    place_type     VARCHAR,
    result_code    VARCHAR,
    mediated       VARCHAR CHECK (mediated IN ('待化解', '调解中', '已化解', '未化解')),
    visit_score    VARCHAR CHECK (visit_score IN ('满意', '基本满意', '不满意', '未回访')),
    caller_key     UUID,
    case_id        UUID,
    officers_n     SMALLINT CHECK (officers_n >= 0),
    vehicles_n     SMALLINT CHECK (vehicles_n >= 0),
    origin         VARCHAR CHECK (origin IN ('群众报警', '巡逻发现')),
    time_precision VARCHAR NOT NULL CHECK (time_precision IN ('minute', 'hour', 'day', 'month')),
    batch_id       INTEGER NOT NULL
);
COMMENT ON TABLE alerts IS '警情，一行一张接警单';
COMMENT ON COLUMN alerts.alert_id IS '接警单号的带密钥散列；来源没有单号时为空';
COMMENT ON COLUMN alerts.parent_id IS '并入的接警单（重复警情合并）';
COMMENT ON COLUMN alerts.recv_type IS '接警类型：110、122、自接警、12345';
COMMENT ON COLUMN alerts.source_mode IS '报警方式';
COMMENT ON COLUMN alerts.call_time IS '报警时间';
COMMENT ON COLUMN alerts.answer_time IS '接警时间';
COMMENT ON COLUMN alerts.dispatch_time IS '派警时间（多次派警取最早）';
COMMENT ON COLUMN alerts.sign_time IS '签收时间';
COMMENT ON COLUMN alerts.depart_time IS '出警时间';
COMMENT ON COLUMN alerts.arrive_time IS '到达时间（多次派警取最早）';
COMMENT ON COLUMN alerts.done_time IS '处置完毕时间';
COMMENT ON COLUMN alerts.feedback_time IS '反馈时间';
COMMENT ON COLUMN alerts.cat_orig IS '原始性质（接警时的类别代码）';
COMMENT ON COLUMN alerts.cat_conf IS '确认性质（反馈后的类别代码）';
COMMENT ON COLUMN alerts.level IS '警情级别，1 至 4';
COMMENT ON COLUMN alerts.is_invalid IS '无效警情（取消、骚扰、断线、重复等）';
COMMENT ON COLUMN alerts.station_code IS '管辖派出所代码，保留原值；未在 stations 登记的显示为「未登记」';
COMMENT ON COLUMN alerts.beat_code IS '警格代码';
COMMENT ON COLUMN alerts.cell_x IS '100 米网格列号（由东向计，基准纬度见 meta.grid_lat0）';
COMMENT ON COLUMN alerts.cell_y IS '100 米网格行号（由赤道向北计）';
COMMENT ON COLUMN alerts.place_type IS '发生部位';
COMMENT ON COLUMN alerts.result_code IS '处理结果代码';
COMMENT ON COLUMN alerts.mediated IS '纠纷调解：待化解、调解中、已化解、未化解';
COMMENT ON COLUMN alerts.visit_score IS '回访评价：满意、基本满意、不满意、未回访';
COMMENT ON COLUMN alerts.caller_key IS '报警电话的带密钥散列，只用于重复警情计数，不可反查';
COMMENT ON COLUMN alerts.case_id IS '转立案件的散列';
COMMENT ON COLUMN alerts.officers_n IS '出动民警、辅警人数';
COMMENT ON COLUMN alerts.vehicles_n IS '出动车辆数';
COMMENT ON COLUMN alerts.origin IS '来源：群众报警、巡逻发现';
COMMENT ON COLUMN alerts.time_precision IS '时间精度：minute、hour、day、month';
COMMENT ON COLUMN alerts.batch_id IS '导入批次';

CREATE TABLE cases (
    case_id             UUID,
    kind                VARCHAR CHECK (kind IN ('刑事', '行政')),
    category            VARCHAR,
    occur_from          TIMESTAMP,
    occur_to            TIMESTAMP,
    report_time         TIMESTAMP,
    accept_time         TIMESTAMP,
    file_time           TIMESTAMP,
    no_file_time        TIMESTAMP,
    solve_time          TIMESTAMP,
    close_time          TIMESTAMP,
    cancel_time         TIMESTAMP,
    transfer_time       TIMESTAMP,
    status              VARCHAR,
    station_code        VARCHAR,
    handling_unit       VARCHAR,
    beat_code           VARCHAR,
    cell_x              INTEGER,
    cell_y              INTEGER,
    place_type          VARCHAR,
    loss_amount         DOUBLE CHECK (loss_amount >= 0),
    serious             BOOLEAN,
    telecom             BOOLEAN,
    negative_list       BOOLEAN,
    solved_from_backlog BOOLEAN,
    time_precision      VARCHAR NOT NULL CHECK (time_precision IN ('minute', 'hour', 'day', 'month')),
    batch_id            INTEGER NOT NULL,
    CHECK (coalesce(file_time, accept_time, report_time, occur_from) IS NOT NULL)
);
COMMENT ON TABLE cases IS '案件，一行一案';
COMMENT ON COLUMN cases.case_id IS '案件编号的带密钥散列；来源没有编号时为空';
COMMENT ON COLUMN cases.kind IS '刑事或行政';
COMMENT ON COLUMN cases.category IS '案件类别代码';
COMMENT ON COLUMN cases.occur_from IS '发案时间起';
COMMENT ON COLUMN cases.occur_to IS '发案时间止';
COMMENT ON COLUMN cases.report_time IS '报案时间';
COMMENT ON COLUMN cases.accept_time IS '受案时间';
COMMENT ON COLUMN cases.file_time IS '立案时间';
COMMENT ON COLUMN cases.no_file_time IS '不予立案时间';
COMMENT ON COLUMN cases.solve_time IS '破案时间';
COMMENT ON COLUMN cases.close_time IS '结案时间';
COMMENT ON COLUMN cases.cancel_time IS '撤案时间';
COMMENT ON COLUMN cases.transfer_time IS '移送时间';
COMMENT ON COLUMN cases.status IS '案件状态；「已破案」而无破案时间的，按立案时间计入破案数';
COMMENT ON COLUMN cases.station_code IS '发案地派出所代码';
COMMENT ON COLUMN cases.handling_unit IS '办理单位代码';
COMMENT ON COLUMN cases.beat_code IS '警格代码';
COMMENT ON COLUMN cases.cell_x IS '100 米网格列号';
COMMENT ON COLUMN cases.cell_y IS '100 米网格行号';
COMMENT ON COLUMN cases.place_type IS '发生部位';
COMMENT ON COLUMN cases.loss_amount IS '损失金额，元';
COMMENT ON COLUMN cases.serious IS '严重后果标志（八类案件须同时具备）';
COMMENT ON COLUMN cases.telecom IS '电信网络诈骗标志';
COMMENT ON COLUMN cases.negative_list IS '负面清单案件标志';
COMMENT ON COLUMN cases.solved_from_backlog IS '破获的是积案';
COMMENT ON COLUMN cases.time_precision IS '时间精度：minute、hour、day、month';
COMMENT ON COLUMN cases.batch_id IS '导入批次';

CREATE TABLE staffing (
    month         DATE NOT NULL CHECK (day(month) = 1),
    station_code  VARCHAR NOT NULL,
    team          VARCHAR NOT NULL CHECK (team IN ('所领导', '社区警务队', '案件办理队', '综合指挥室', '机关')),
    role          VARCHAR NOT NULL CHECK (role IN ('民警', '辅警')),
    headcount     INTEGER NOT NULL CHECK (headcount >= 0),
    stayed        INTEGER CHECK (stayed >= 0),
    legal_officer INTEGER CHECK (legal_officer >= 0)
);
COMMENT ON TABLE staffing IS '警力，一行为某月某单位某队某类人员';
COMMENT ON COLUMN staffing.month IS '月份（月初日期）';
COMMENT ON COLUMN staffing.station_code IS '派出所或分局机关部门代码';
COMMENT ON COLUMN staffing.team IS '队伍：所领导、社区警务队、案件办理队、综合指挥室、机关';
COMMENT ON COLUMN staffing.role IS '民警或辅警';
COMMENT ON COLUMN staffing.headcount IS '在编在岗人数';
COMMENT ON COLUMN staffing.stayed IS '其中一年前已在本岗的人数';
COMMENT ON COLUMN staffing.legal_officer IS '其中法制员人数';

CREATE TABLE duty (
    station_code VARCHAR NOT NULL,
    starts_at    TIMESTAMP NOT NULL,
    ends_at      TIMESTAMP NOT NULL,
    post         VARCHAR NOT NULL CHECK (post IN ('接处警', '巡逻', '社区', '窗口', '视频巡查')),
    officers     INTEGER NOT NULL CHECK (officers >= 0),
    auxiliaries  INTEGER NOT NULL CHECK (auxiliaries >= 0),
    CHECK (ends_at > starts_at)
);
COMMENT ON TABLE duty IS '勤务，一行为一个岗位的一个班次';
COMMENT ON COLUMN duty.station_code IS '派出所代码';
COMMENT ON COLUMN duty.starts_at IS '上岗时间';
COMMENT ON COLUMN duty.ends_at IS '下岗时间';
COMMENT ON COLUMN duty.post IS '岗位：接处警、巡逻、社区、窗口、视频巡查';
COMMENT ON COLUMN duty.officers IS '民警人数';
COMMENT ON COLUMN duty.auxiliaries IS '辅警人数';

CREATE TABLE reported_indicators (
    month        DATE NOT NULL CHECK (day(month) = 1),
    station_code VARCHAR NOT NULL,
    indicator    VARCHAR NOT NULL,
    numerator    DOUBLE,
    denominator  DOUBLE,
    source       VARCHAR,
    note         VARCHAR
);
COMMENT ON TABLE reported_indicators IS '报送指标，一行为某月某所某项';
COMMENT ON COLUMN reported_indicators.month IS '月份（月初日期）';
COMMENT ON COLUMN reported_indicators.station_code IS '派出所代码';
COMMENT ON COLUMN reported_indicators.indicator IS '指标名称';
COMMENT ON COLUMN reported_indicators.numerator IS '分子';
COMMENT ON COLUMN reported_indicators.denominator IS '分母';
COMMENT ON COLUMN reported_indicators.source IS '数据来源（单位或系统名）';
COMMENT ON COLUMN reported_indicators.note IS '口径说明（不得含个人信息）';

CREATE TABLE campaigns (
    name                VARCHAR NOT NULL,
    starts_on           DATE NOT NULL,
    ends_on             DATE NOT NULL,
    baseline            VARCHAR NOT NULL,
    categories          VARCHAR[] NOT NULL,
    goal                DOUBLE NOT NULL,
    stations            VARCHAR[] NOT NULL,
    comparison_stations VARCHAR[] NOT NULL,
    buffer_stations     VARCHAR[] NOT NULL,
    locked_at           TIMESTAMP,
    CHECK (ends_on >= starts_on)
);
COMMENT ON TABLE campaigns IS '专项行动，一行一次';
COMMENT ON COLUMN campaigns.name IS '名称';
COMMENT ON COLUMN campaigns.starts_on IS '开始日期';
COMMENT ON COLUMN campaigns.ends_on IS '结束日期（含）';
COMMENT ON COLUMN campaigns.baseline IS '对比基期：last_year、previous 或年份';
COMMENT ON COLUMN campaigns.categories IS '统计的警情归类或类别代码';
COMMENT ON COLUMN campaigns.goal IS '目标变化率，%；下降为负';
COMMENT ON COLUMN campaigns.stations IS '行动派出所';
COMMENT ON COLUMN campaigns.comparison_stations IS '对照派出所';
COMMENT ON COLUMN campaigns.buffer_stations IS '缓冲派出所（观察转移）';
COMMENT ON COLUMN campaigns.locked_at IS '方案锁定时间';

CREATE TABLE calendar (
    day                  DATE NOT NULL,
    kind                 VARCHAR NOT NULL CHECK (kind IN ('工作日', '周末', '调休上班', '节假日')),
    holiday              VARCHAR,
    days_from_festival   INTEGER NOT NULL,
    is_published         BOOLEAN NOT NULL
);
COMMENT ON TABLE calendar IS '日历，一行一天';
COMMENT ON COLUMN calendar.day IS '日期';
COMMENT ON COLUMN calendar.kind IS '工作日、周末、调休上班、节假日';
COMMENT ON COLUMN calendar.holiday IS '节假日名称';
COMMENT ON COLUMN calendar.days_from_festival IS '距最近一个春节（正月初一）的天数，节前为负';
COMMENT ON COLUMN calendar.is_published IS '该年放假安排已公布；否则只按周末推断';

CREATE TABLE imports (
    batch_id       INTEGER NOT NULL,
    batch_key      VARCHAR NOT NULL,
    table_name     VARCHAR NOT NULL,
    source_name    VARCHAR NOT NULL,
    source_sha256  VARCHAR NOT NULL,
    mapping_name   VARCHAR NOT NULL,
    mapping_sha256 VARCHAR NOT NULL,
    mapping_text   VARCHAR NOT NULL,
    rows_read      BIGINT NOT NULL,
    rows_kept      BIGINT NOT NULL,
    rows_updated   BIGINT NOT NULL,
    rows_unchanged BIGINT NOT NULL,
    rows_duplicate BIGINT NOT NULL,
    rows_rejected  BIGINT NOT NULL,
    first_time     TIMESTAMP,
    last_time      TIMESTAMP,
    quality        VARCHAR NOT NULL,
    code_version   VARCHAR NOT NULL,
    imported_at    TIMESTAMP NOT NULL,
    CHECK (rows_kept + rows_duplicate + rows_rejected = rows_read)
);
COMMENT ON TABLE imports IS '导入批次与来源，一行一批；随版本保存';
COMMENT ON COLUMN imports.batch_id IS '批次号';
COMMENT ON COLUMN imports.batch_key IS '来源文件与映射内容的散列，同一批不会重复导入';
COMMENT ON COLUMN imports.table_name IS '目标表';
COMMENT ON COLUMN imports.source_name IS '来源文件名';
COMMENT ON COLUMN imports.source_sha256 IS '来源文件 SHA-256';
COMMENT ON COLUMN imports.mapping_name IS '映射名称';
COMMENT ON COLUMN imports.mapping_sha256 IS '映射内容 SHA-256';
COMMENT ON COLUMN imports.mapping_text IS '映射内容';
COMMENT ON COLUMN imports.rows_read IS '读取行数';
COMMENT ON COLUMN imports.rows_kept IS '采用行数（含更新与未变）';
COMMENT ON COLUMN imports.rows_updated IS '其中更新行数';
COMMENT ON COLUMN imports.rows_unchanged IS '其中未变行数';
COMMENT ON COLUMN imports.rows_duplicate IS '同一文件内被后行取代的行数';
COMMENT ON COLUMN imports.rows_rejected IS '拒绝行数';
COMMENT ON COLUMN imports.first_time IS '数据起始时间';
COMMENT ON COLUMN imports.last_time IS '数据截止时间（不含）';
COMMENT ON COLUMN imports.quality IS '数据质量实测，JSON';
COMMENT ON COLUMN imports.code_version IS '导入程序版本';
COMMENT ON COLUMN imports.imported_at IS '导入时间';
