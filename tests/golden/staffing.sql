select
    0 as part,
    grouping("station") as grouping_id,
    "station",
    null as "quarter",
    null as "team",
    null as "month",
    cast(sum(case when role = '民警' and team = '社区警务队' then headcount else 0 end) filter (where is_station) as bigint) as "community_officers",
    cast(sum(case when role = '民警' then headcount else 0 end) filter (where is_station) as bigint) as "officers",
    cast(sum(stayed) filter (where is_station and team = '社区警务队' and role = '民警') as bigint) as "community_stayed",
    cast(sum(year_ago) filter (where is_station and team = '社区警务队' and role = '民警') as bigint) as "community_year_ago",
    case when bool_or(is_station) then count(distinct case when is_station and legal_officer > 0 then station end) end as "legal_stations",
    case when bool_or(is_station) then count(distinct case when is_station and legal_officer is not null then station end) end as "legal_reported"
from (
    select facts.* from (
        select *, happened_at as counted_at from (
            select * from (
                select *, max(happened_at) over () as latest_at from staffing_facts
                where happened_at >= $since_0 and happened_at < $until_0
            ) as months where happened_at = latest_at
        ) as latest
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets (("station"))
union all
select
    1 as part,
    grouping("quarter", "team") as grouping_id,
    null as "station",
    "quarter",
    "team",
    null as "month",
    null as "community_officers",
    cast(sum(case when role = '民警' then headcount else 0 end) filter (where is_station) as bigint) as "officers",
    null as "community_stayed",
    null as "community_year_ago",
    null as "legal_stations",
    null as "legal_reported"
from (
    select facts.*, cast(date_trunc('quarter', counted_at) as date) as "quarter" from (
        select *, happened_at as counted_at from (
            select * from (
                select *, max(happened_at) over (partition by date_trunc('quarter', happened_at)) as latest_at from staffing_facts
                where happened_at >= $since_1 and happened_at < $until_1
            ) as months where happened_at = latest_at
        ) as latest
    ) as facts
    where happened_at >= $since_1 and happened_at < $until_1
) as prepared
group by grouping sets (("quarter", "team"))
union all
select
    2 as part,
    grouping("month") as grouping_id,
    null as "station",
    null as "quarter",
    null as "team",
    "month",
    null as "community_officers",
    cast(sum(case when role = '民警' then headcount else 0 end) filter (where is_station) as bigint) as "officers",
    null as "community_stayed",
    null as "community_year_ago",
    null as "legal_stations",
    null as "legal_reported"
from (
    select facts.*, cast(date_trunc('month', counted_at) as date) as "month" from (
        select *, happened_at as counted_at from staffing_facts
    ) as facts
    where happened_at >= $since_2 and happened_at < $until_2
) as prepared
group by grouping sets (("month"))

-- {"until_0": "2026-12-01 00:00:00", "since_0": "2025-12-01 00:00:00", "until_1": "2026-11-22 00:00:00", "since_1": "2026-11-01 00:00:00", "until_2": "2026-11-22 00:00:00", "since_2": "2026-11-01 00:00:00"}
