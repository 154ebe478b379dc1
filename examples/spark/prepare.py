"""Prepares a log in Spark, with the SQL statements that `sidestream prepare` runs in DuckDB.

    spark-submit prepare.py --events 'logs/*.parquet' --out prepared

The result is a folder that `sidestream train --prepared` reads. The log is Parquet, CSV with a header, or JSON lines; its columns are
named with --shopper, --item, --time and --type. README.md says what differs from `sidestream prepare`.
"""

import argparse
import json
import os

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import NumericType, TimestampType

# In this order: each statement reads tables before it.
TABLES = [
    *["shoppers", "items", "hours", "places", "numbers", "choices", "passed", "neighbours"],
    *["masses", "products", "pairs", "repeats", "digest", "known"],
]
# Those that stay. `sidestream prepare --continue` adds to them; here, they are made anew, so the earlier ones have no rows.
KEPT = {
    "choices": "shopper INT, item INT, time BIGINT, type STRING, place BIGINT, step INT, first INT, tied INT",
    "passed": "shopper INT, item INT",
    "products": "id STRING, number INT, choices BIGINT, shoppers BIGINT, recent BIGINT, mass BIGINT",
    "pairs": "item INT, other INT, weight BIGINT, shoppers BIGINT, rank BIGINT",
    "repeats": "item INT, purchases BIGINT, repeats BIGINT",
    "known": "id STRING, number INT, choices BIGINT",
}
# Types of events that are no choices, in lower case without "_", "-" and spaces.
IMPRESSIONS = "impression impressions exposure shown viewitemlist viewpromotion viewcart viewsearchresults".split()
NO_CHOICES = "removefromcart cartremove removefrombasket uncart refund return dismiss undismiss hide dislike".split()
# Others that each item keeps, and the share of the log after which a choice counts half.
MOST = 256
HALF_LIFE = 0.25
VERSION = 1


def main() -> None:
    options = parse_options()
    spark = SparkSession.builder.appName("sidestream prepare").getOrCreate()
    log = read_events(spark, options)
    kind = f.regexp_replace(f.lower(f.coalesce("type", f.lit(""))), r"[\s_-]", "")
    log.where(~kind.isin(IMPRESSIONS + NO_CHOICES)).createOrReplaceTempView("events")
    used = IMPRESSIONS if options.impressions == "passed-over" else []
    log.where(kind.isin(used)).createOrReplaceTempView("shown")
    spark.createDataFrame([settings_of(options)], SETTINGS).createOrReplaceTempView("settings")
    for name, columns in KEPT.items():
        spark.createDataFrame([], columns).createOrReplaceTempView("earlier_shoppers" if name == "known" else f"earlier_{name}")
    tables: dict[str, DataFrame] = {}
    for name in TABLES:
        with open(os.path.join(options.sql, f"{name}.sql"), encoding="utf-8") as statement:
            made = spark.sql(statement.read())
        # Several statements read a table: it is made once, and read as a file, so that plans stay small.
        path = f"{options.out}/{name}.parquet" if name in KEPT else f"{options.out}/work/{name}.parquet"
        made.write.mode("overwrite").parquet(path)
        tables[name] = spark.read.parquet(path)
        tables[name].createOrReplaceTempView(name)
    digest = tables["digest"].first()
    about = {
        "version": VERSION,
        "seed": options.seed,
        "minShoppers": options.min_shoppers,
        "most": MOST,
        "sample": options.shoppers,
        "until": None,
        "events": digest["events"],
        "shoppers": tables["known"].count(),
        "products": tables["products"].count(),
        "pairs": tables["pairs"].count(),
        "firstTime": digest["first_time"],
        "lastTime": digest["last_time"],
        "digest": digest["digest"],
        "mass": tables["products"].agg(f.sum("mass")).first()[0] or 0,
        "refused": 0,
        "returns": 0,
        "notes": [],
    }
    remove(spark, f"{options.out}/work")
    # Last, so that a folder with this file is whole.
    write_text(spark, f"{options.out}/prepared.json", json.dumps(about, indent=1) + "\n")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prepares a log for `sidestream train --prepared`.")
    parser.add_argument("--events", required=True, help="files, a folder or a pattern: Parquet, CSV with a header, or JSON lines")
    parser.add_argument("--out", required=True, help="folder for the tables")
    parser.add_argument("--format", choices=["parquet", "csv", "json"], default="parquet")
    parser.add_argument("--shopper", default="user", help="column with the customer's id")
    parser.add_argument("--item", default="item", help="column with the product's id")
    parser.add_argument("--time", default="time", help="column with a timestamp, or seconds or milliseconds since 1970")
    parser.add_argument("--type", default=None, help="column with the type of the event, such as purchase")
    parser.add_argument("--products", default=None, help="CSV with the columns item and product, which gives the product of each variant")
    parser.add_argument("--min-shoppers", type=int, default=1, help="publish nothing about products and pairs that fewer shoppers chose")
    parser.add_argument("--shoppers", type=int, default=None, help="size of a sample of shoppers")
    parser.add_argument("--impressions", choices=["left-out", "passed-over"], default="left-out", help="as in `sidestream prepare`")
    parser.add_argument("--seed", type=int, default=1, help="of the order of events of one time, and of the sample")
    parser.add_argument("--sql", default="node_modules/sidestream/lib/cli/sql", help="folder of the statements in the package")
    return parser.parse_args()


SETTINGS = (
    "seed BIGINT, shoppers BIGINT, min_shoppers BIGINT, most BIGINT, half_life DOUBLE, earlier_events BIGINT, part BIGINT, parts BIGINT"
)


def settings_of(options: argparse.Namespace) -> tuple:
    return (options.seed, options.shoppers, options.min_shoppers, MOST, HALF_LIFE, 0, 0, 1)


def read_events(spark: SparkSession, options: argparse.Namespace) -> DataFrame:
    reader = spark.read.option("header", True) if options.format == "csv" else spark.read
    log = getattr(reader, options.format)(options.events)
    kind = f.col(options.type).cast("string") if options.type else f.lit(None).cast("string")
    events = log.select(
        f.trim(f.col(options.shopper).cast("string")).alias("shopper"),
        f.trim(f.col(options.item).cast("string")).alias("item"),
        milliseconds(log, options.time).alias("time"),
        kind.alias("type"),
    )
    events = events.where((f.col("shopper") != "") & (f.col("item") != "") & f.col("time").isNotNull())
    if options.products is None:
        return events
    products = spark.read.option("header", True).csv(options.products).select("item", "product")
    known = events.join(f.broadcast(products), "item", "left")
    return known.select("shopper", f.coalesce("product", "item").alias("item"), "time", "type")


def milliseconds(log: DataFrame, name: str) -> Column:
    """Numbers below 1e11 are seconds, as in `sidestream prepare`; a text is a number or a timestamp."""
    column = f.col(name)
    kind = log.schema[name].dataType
    if isinstance(kind, TimestampType):
        return f.unix_millis(column)
    number = column.cast("double") if isinstance(kind, NumericType) else f.expr(f"try_cast(`{name}` AS DOUBLE)")
    whole = f.when(number < 1e11, number * 1000).otherwise(number).cast("bigint")
    if isinstance(kind, NumericType):
        return whole
    return f.coalesce(whole, f.unix_millis(f.expr(f"try_cast(`{name}` AS TIMESTAMP)")))


def file_system(spark: SparkSession, path: str):
    """Any file system that Spark reaches, and the path in it."""
    target = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(path)
    return target.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()), target


def write_text(spark: SparkSession, path: str, text: str) -> None:
    system, target = file_system(spark, path)
    stream = system.create(target, True)
    stream.write(bytearray(text, "utf-8"))
    stream.close()


def remove(spark: SparkSession, path: str) -> None:
    system, target = file_system(spark, path)
    system.delete(target, True)


if __name__ == "__main__":
    main()
