select
    0 as part,
    0 as grouping_id,
    null as "indicator",
    null as "year",
    sum(numerator) filter (where indicator = '双向熟悉率' and numerator is not null and denominator is not null) as "reported_mutual_familiarity_n",
    sum(denominator) filter (where indicator = '双向熟悉率' and numerator is not null and denominator is not null) as "reported_mutual_familiarity_base",
    null as "reported_top"
from (
    select facts.* from (
        select *, happened_at as counted_at from (
            select * from (
                select *, max(happened_at) over (partition by indicator) as latest_at from reported_facts
                where happened_at >= $since_0 and happened_at < $until_0
            ) as months where happened_at = latest_at
        ) as latest
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets (())
union all
select
    1 as part,
    grouping("indicator", "year") as grouping_id,
    "indicator",
    "year",
    null as "reported_mutual_familiarity_n",
    null as "reported_mutual_familiarity_base",
    sum(numerator) as "reported_top"
from (
    select facts.*, year(counted_at) as "year" from (
        select *, happened_at as counted_at from (
            select * from (
                select *, max(happened_at) over (partition by indicator, date_trunc('year', happened_at)) as latest_at from reported_facts
                where happened_at >= $since_1 and happened_at < $until_1
            ) as months where happened_at = latest_at
        ) as latest
    ) as facts
    where happened_at >= $since_1 and happened_at < $until_1
) as prepared
group by grouping sets (("indicator", "year"))

-- {"until_0": "2026-11-01 00:00:00", "since_0": "2025-11-01 00:00:00", "until_1": "2026-11-22 00:00:00", "since_1": "2026-11-01 00:00:00"}
