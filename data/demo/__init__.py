"""The synthetic demo bureau 「滨城公安分局（示例）」: invented places, seeded events and planted truths."""
