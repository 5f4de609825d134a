"""Small invented files in the shapes that cities publish; headers and formats as found in the wild, values made up."""

# ruff: noqa: E501  (a row maker on one line reads like the row)

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

ROWS = 120


@dataclass(frozen=True)
class Shape:
    """A file layout: header, a row maker, what the guess must find."""

    name: str
    header: str
    row: Callable[[random.Random, int, datetime], list[str]]
    table: str
    time: str
    precision: str = "minute"
    delimiter: str = ","
    id: bool = True


def _us(moment: datetime) -> str:
    return moment.strftime("%m/%d/%Y %I:%M:%S %p")


def _point(chance: random.Random, lon: float, lat: float) -> tuple[str, str]:
    return f"{lon + chance.uniform(-0.05, 0.05):.6f}", f"{lat + chance.uniform(-0.05, 0.05):.6f}"


def _seattle(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -122.33, 47.6)
    kind = chance.choice(["TRAFFIC - MOVING VIOLATION", "DISTURBANCE", "SUSPICIOUS PERSON"])
    return [str(2015000000 + n), "ASSISTANCE RENDERED", chance.choice(["ONVIEW", "911"]), str(chance.randint(1, 4)), kind, kind,
            _us(t), (t + timedelta(minutes=9)).strftime("%b %d %Y %I:%M:%S %p"), chance.choice(["NORTH", "WEST"]), "U", "U3", lon, lat]  # fmt: skip


def _cincinnati(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -84.5, 39.1)
    return ["12XX MAIN ST", lat, lon, str(chance.randint(1, 20)), "CIN" + str(n), f"CPD{150000000 + n}", chance.choice(["ADV", "THEFT", "DOMESTIC"]),
            _us(t), chance.choice(["ARR: ARREST", "NTR: NOTHING TO REPORT"]), _us(t + timedelta(minutes=3)), _us(t + timedelta(minutes=12)),
            _us(t + timedelta(minutes=50)), chance.choice(["1", "2", "3"]), chance.choice(["P101", "P202"]), "AVONDALE"]  # fmt: skip


def _orleans(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -90.07, 29.96)
    return [f"A{n:05d}15", chance.choice(["94", "21", "18"]), chance.choice(["DISCHARGING FIREARM", "COMPLAINT OTHER"]), chance.choice(["1A", "2B"]),
            _us(t), _us(t + timedelta(minutes=2)), _us(t + timedelta(minutes=9)), _us(t + timedelta(minutes=40)), "NAT", "NECESSARY ACTION TAKEN",
            chance.choice(["Y", "N"]), "4F02", f"{n:03d}XX Canal St", chance.choice(["4", "8"]), f"POINT ({lon} {lat})"]  # fmt: skip


def _nyc(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -73.95, 40.7)
    return [str(700000000 + n), t.strftime("%m/%d/%Y"), t.strftime("%H:%M:%S"), "", "", t.strftime("%m/%d/%Y"), "341",
            chance.choice(["PETIT LARCENY", "ASSAULT 3 & RELATED OFFENSES"]), "MISDEMEANOR", chance.choice(["BROOKLYN", "QUEENS"]),
            str(chance.randint(1, 123)), "STREET", lat, lon, f"({lat}, {lon})"]  # fmt: skip


def _los_angeles(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -118.25, 34.05)
    return [str(150100000 + n), t.strftime("%m/%d/%Y 12:00:00 AM"), t.strftime("%m/%d/%Y 12:00:00 AM"), t.strftime("%H%M"), "13",
            chance.choice(["Newton", "Central"]), str(chance.randint(1300, 1399)), "510", chance.choice(["VEHICLE - STOLEN", "BURGLARY"]),
            str(chance.randint(0, 80)), "STREET", "IC", "Invest Cont", f"{n} S MAIN                      ST", lat, lon]  # fmt: skip


def _san_francisco(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -122.42, 37.77)
    return [t.strftime("%Y/%m/%d %I:%M:%S %p"), t.strftime("%Y/%m/%d"), t.strftime("%H:%M"), str(t.year), t.strftime("%Y/%m/%d %I:%M:%S %p"),
            f"{61868100000 + n}", str(618681 + n), f"{150000000 + n}", chance.choice(["Larceny Theft", "Assault"]), "Open or Active",
            "MISSION ST \\ 16TH ST", chance.choice(["Mission", "Tenderloin"]), lat, lon, f"POINT ({lon} {lat})"]  # fmt: skip


def _baltimore(chance: random.Random, n: int, t: datetime) -> list[str]:
    return [str(n + 1), f"P{t:%y%m%d}{n:04d}", t.strftime("%Y/%m/%d %H:%M:%S+00"), chance.choice(["Low", "Medium"]), chance.choice(["NE", "SD"]),
            chance.choice(["DISORDERLY", "911/NO  VOICE"]), f"{n} N CALVERT ST", "(39.29, -76.61)", "Downtown", chance.choice(["Central", "Eastern"])]  # fmt: skip


def _montgomery(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -77.1, 39.1)
    return [str(201000000 + n), "2305", f"{150000000 + n}", _us(t), _us(t + timedelta(hours=-2)), "", "1",
            "Crime Against Property", chance.choice(["Larceny", "Assault"]), chance.choice(["Larceny - From Auto", "Assault - 2nd"]),
            chance.choice(["BETHESDA", "WHEATON"]), f"{n}00 BLK  GEORGIA AVE", "SILVER SPRING", "MD", "MCPD", "Street - In vehicle", "3D", "3D1", lat, lon]  # fmt: skip


def _phoenix(chance: random.Random, n: int, t: datetime) -> list[str]:
    moment = t.strftime("%m/%d/%Y %H:%M").replace("/0", "/").lstrip("0")
    return [
        f"2015 {n:08d}",
        "10",
        "REPORT TAKEN",
        "415F",
        chance.choice(["FIGHT", "LOUD MUSIC"]),
        moment,
        f"{n}XX N 7TH ST",
        chance.choice(["BC30", "CC29"]),
    ]


def _uk(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -1.55, 53.8)
    return ["" if n % 4 == 0 else f"{n:064x}", t.strftime("%Y-%m"), "Some Police", "Some Police", lon, lat, f"On or near Street {n}",
            "E01000001", "Leeds 001A", chance.choice(["Burglary", "Vehicle crime"]), "Under investigation", ""]  # fmt: skip


def _taiwan(chance: random.Random, n: int, t: datetime) -> list[str]:
    return [
        str(n + 1),
        "汽車竊盜",
        f"{t.year - 1911}{t:%m%d}",
        chance.choice(["01~03", "22~24", "10~12"]),
        f"台北市中山區民權路{n}號",
    ]


def _shanghai(chance: random.Random, n: int, t: datetime) -> list[str]:
    return [f"J{t:%Y%m%d}{n:06d}", t.strftime("%Y年%m月%d日 %H时%M分%S秒"), (t + timedelta(minutes=6)).strftime("%Y-%m-%d %H:%M:%S"),
            chance.choice(["城东派出所", "城西派出所"]), chance.choice(["纠纷", "盗窃", "求助"]), f"1{chance.randint(30, 99)}{chance.randint(10**7, 10**8 - 1)}",
            chance.choice("王李张刘陈杨赵") + chance.choice("伟芳娜敏静磊军洋") + chance.choice("一二三四五六七八"),
            f"人民路{n}号", f"报警人称其在第{n}号楼下与人发生口角，民警到场后劝解双方，现场未发现有人受伤，情况平稳。"]  # fmt: skip


def _socrata(chance: random.Random, n: int, t: datetime) -> list[str]:
    lon, lat = _point(chance, -97.74, 30.27)
    return [
        str(n),
        t.strftime("%Y-%m-%dT%H:%M:%S.000"),
        chance.choice(["A", "B"]),
        chance.choice(["Noise", "Theft, petty"]),
        f'"quoted", line {n}\nsecond line',
        lon,
        lat,
    ]


def _old_police(chance: random.Random, n: int, t: datetime) -> list[str]:
    return [str(n), t.strftime("%Y %b %d %I:%M:%S %p"), chance.choice(["ROBBERY", "ARSON"]), chance.choice(["1", "2"])]


def _epoch(chance: random.Random, n: int, t: datetime) -> list[str]:
    return [str(n), str(int(t.timestamp()) * 1000), chance.choice(["Fire", "Alarm"]), chance.choice(["North", "South"])]


SHAPES = (
    Shape("seattle", "CAD Event Number,Event Clearance Description,Call Type,Priority,Initial Call Type,Final Call Type,Original Time Queued,Arrived Time,Precinct,Sector,Beat,Blurred_Longitude,Blurred_Latitude", _seattle, "alerts", "call_time"),
    Shape("cincinnati", "ADDRESS_X,LATITUDE_X,LONGITUDE_X,AGENCY,INC_ID,EVENT_NUMBER,INCIDENT_TYPE_ID,CREATE_TIME_INCIDENT,DISPOSITION_TEXT,DISPATCH_TIME_PRIMARY_UNIT,ARRIVAL_TIME_PRIMARY_UNIT,CLOSED_TIME_INCIDENT,DISTRICT,BEAT,COMMUNITY_COUNCIL_NEIGHBORHOOD", _cincinnati, "alerts", "call_time"),
    Shape("new_orleans", "NOPD_Item,Type,TypeText,Priority,TimeCreate,TimeDispatch,TimeArrive,TimeClosed,Disposition,DispositionText,SelfInitiated,Beat,BLOCK_ADDRESS,PoliceDistrict,Location", _orleans, "alerts", "call_time"),
    Shape("new_york", "CMPLNT_NUM,CMPLNT_FR_DT,CMPLNT_FR_TM,CMPLNT_TO_DT,CMPLNT_TO_TM,RPT_DT,KY_CD,OFNS_DESC,LAW_CAT_CD,BORO_NM,ADDR_PCT_CD,PREM_TYP_DESC,Latitude,Longitude,Lat_Lon", _nyc, "cases", "occur_from"),
    Shape("los_angeles", "DR_NO,Date Rptd,DATE OCC,TIME OCC,AREA,AREA NAME,Rpt Dist No,Crm Cd,Crm Cd Desc,Vict Age,Premis Desc,Status,Status Desc,LOCATION,LAT,LON", _los_angeles, "cases", "occur_from"),
    Shape("san_francisco", "Incident Datetime,Incident Date,Incident Time,Incident Year,Report Datetime,Row ID,Incident ID,Incident Number,Incident Category,Resolution,Intersection,Police District,Latitude,Longitude,Point", _san_francisco, "cases", "occur_from"),
    Shape("baltimore", "recordId,callNumber,callDateTime,priority,district,description,incidentLocation,location,Neighborhood,PoliceDistrict", _baltimore, "alerts", "call_time"),
    Shape("montgomery", "Incident ID,Offence Code,CR Number,Dispatch Date / Time,Start_Date_Time,End_Date_Time,Victims,Crime Name1,Crime Name2,Crime Name3,Police District Name,Block Address,City,State,Agency,Place,Sector,Beat,Latitude,Longitude", _montgomery, "cases", "occur_from"),
    Shape("phoenix", "INCIDENT_NUM,DISP_CODE,DISPOSITION,FINAL_RADIO_CODE,FINAL_CALL_TYPE,CALL_RECEIVED,HUNDREDBLOCKADDR,GRID", _phoenix, "alerts", "call_time"),
    Shape("uk", "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context", _uk, "cases", "occur_from", "month"),
    Shape("taiwan", "編號,案類,發生日期,發生時段,發生地點", _taiwan, "cases", "occur_from", "day"),
    Shape("chinese", "接警单号,报警时间,到达时间,管辖单位,警情类别,报警电话,报警人姓名,案发地址,简要案情", _shanghai, "alerts", "call_time", delimiter=";"),
    Shape("socrata", "Incident Number,Call Received,District,Call Type,Notes,Longitude,Latitude", _socrata, "alerts", "call_time"),
    Shape("old", "Report No,Occurred Date,Crime,District", _old_police, "cases", "occur_from", delimiter="\t"),
    Shape("epoch", "id,call_datetime,call_type,zone", _epoch, "alerts", "call_time", delimiter="|"),
)  # fmt: skip


def write(shape: Shape, folder: Path, rows: int = ROWS) -> Path:
    """Write a file of a shape, with the stray things such files have: blank lines and an empty trailing column."""
    chance = random.Random(shape.name)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=shape.delimiter, lineterminator="\r\n")
    writer.writerow([*shape.header.split(","), ""])
    for number in range(rows):
        moment = datetime(2015, 1, 1, 6, 5) + timedelta(minutes=number * 4321 + chance.randint(0, 700))
        writer.writerow([*shape.row(chance, number, moment), ""])
        if number == rows // 2:
            text.write("\r\n")
    path = folder / f"{shape.name}.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path
