"""Invented names of stations, communities and villages."""

from __future__ import annotations

import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


# Pleasant, plain and invented; the first ones of a kind are used first.
STATIONS = {
    "城区": (
        "新港 南湾 中心 旧城 栈桥 观海 钟楼 滨湖 东堤 海晏 望潮 银杏路 听涛 澄碧 文昌里 西关口 榆荫 槐安 锦帆 春申里 "
        "石板街 花厅 汇泽 北栅 月河 青篱 南薰 枕浪里 通汇 晴川里 柳堤 望岳 秋水 宝带里 长桥 兴贤 安澜 朝晖 丹枫 麦浪路"
    ),
    "城郊": (
        "盐田 河口 芦苇 东屏 西洼 柳林 小清溪 三岔口 白鹭 双槐 高坎 北塘湾 杏花泊 泉涌 平桥 新圩 苇荡 荷田 龙泉坡 大洼 "
        "桃源坝 沙岗 长滩 前川 后泊 绿野 青山咀 梨园 石梁 云溪"
    ),
    "农村": (
        "凤岭 九曲 青石峪 大泽 松岚 石门沟 卧牛 双泉 麻湾 南峪 栗园 桑梓 枣坡 云台岭 清河集 望云 杨树屯 半山 白石 上岭 "
        "黄崖 枫沟 金穗 山阳 水泊 竹峪 鹿鸣 高峰寨 豆苗坡 稻香 丰年 樱谷 槲树湾 长岭 溪口"
    ),
    "海港": "渔港 灯塔 望海角 海螺湾 北帆 锚地 鸥屿 盐码头 月牙岛 东帆 海门礁 潮音 南礁 汐岸",
    "厂矿": "石化 钢城 电厂 盐化 船坞 采石 北炉 风电 新材园 南矿 机车 玻璃厂 油罐区 冷链园",
}
_HEADS = _words("新 南 北 东 西 望 听 临 映 碧 云 青 沧 澄 白 金 银 秀 丰 永 和 安 泰 清 明 长 宁 嘉 祥 瑞")
_STATION_TAILS = _words("港 湾 滩 岬 堤 桥 汀 洲 渚 岸 浦 潮 屿 矶 坊 里 泽 塘 坡 亭")
_COMMUNITY_TAILS = _words(
    "和苑 景园 华庭 兴里 安里 泰里 澜湾 枫桥 秀里 康居 河沿 馨园 湖畔 德里 善里 阳里 书院 茂里 丰里 海苑 "
    "桐里 桂园 松苑 荷里 竹苑 梅园 兰庭 杏林 柳岸 槐里"
)
_VILLAGE_HEADS = _words("大 小 上 下 前 后 东 西 南 北 新 老 高 长 石 沙 柳 杨 槐 枣 桃 杏 松 泉 河 岭 沟 泊 桥 塘")
_VILLAGE_TAILS = _words("庄 屯 沟 泊 疃 峪 坡 岭 店 集 桥 洼 台 湾 埠 寨 营 圈 岔 坪")


def station_names(kinds: list[str]) -> list[str]:
    """A name per station, unique, in the order of `kinds`."""
    pools = {kind: iter(names.split()) for kind, names in STATIONS.items()}
    listed = {name for names in STATIONS.values() for name in names.split()}
    spare = iter([head + tail for tail in _STATION_TAILS for head in _HEADS if head + tail not in listed])
    return [(next(pools[kind], None) or next(spare)) + "派出所" for kind in kinds]


def beat_names(urban: list[bool], rng: np.random.Generator) -> list[str]:
    """A name per beat: communities where `urban`, villages elsewhere; repeated only when the words run out."""
    communities = _shuffled([f"{head}{tail}社区" for head in _HEADS for tail in _COMMUNITY_TAILS], rng)
    villages = _shuffled([f"{head}{tail}村" for head in _VILLAGE_HEADS for tail in _VILLAGE_TAILS], rng)
    next_community = next_village = 0
    names = []
    for is_urban in urban:
        if is_urban:
            names.append(communities[next_community % len(communities)])
            next_community += 1
        else:
            names.append(villages[next_village % len(villages)])
            next_village += 1
    return names


def _shuffled(words: list[str], rng: np.random.Generator) -> list[str]:
    return [words[i] for i in rng.permutation(len(words))]
