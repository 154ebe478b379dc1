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

# In this order: each statement reads tables before it. The last five stay.
TABLES = ["shoppers", "items", "hours", "places", "choices", "masses", "products", "pairs", "repeats", "digest"]
KEPT = ["choices", "products", "pairs", "repeats"]
# Others that each item keeps, and the share of the log after which a choice counts half.
MOST = 256
HALF_LIFE = 0.25
VERSION = 1


def main() -> None:
    options = parse_options()
    spark = SparkSession.builder.appName("sidestream prepare").getOrCreate()
    events = read_events(spark, options)
    events.createOrReplaceTempView("events")
    spark.createDataFrame([settings_of(options)], SETTINGS).createOrReplaceTempView("settings")
    tables: dict[str, DataFrame] = {}
    for name in TABLES:
        with open(os.path.join(options.sql, f"{name}.sql"), encoding="utf-8") as statement:
            # Several statements read a table: it is made once.
            tables[name] = spark.sql(statement.read()).persist()
        tables[name].createOrReplaceTempView(name)
    for name in KEPT:
        tables[name].write.mode("overwrite").parquet(f"{options.out}/{name}.parquet")
    digest = tables["digest"].first()
    about = {
        "version": VERSION,
        "seed": options.seed,
        "minShoppers": options.min_shoppers,
        "most": MOST,
        "sample": options.shoppers,
        "until": None,
        "events": digest["events"],
        "shoppers": digest["shoppers"],
        "products": digest["products"],
        "pairs": tables["pairs"].count(),
        "firstTime": digest["first_time"],
        "lastTime": digest["last_time"],
        "digest": digest["digest"],
        "mass": tables["products"].agg(f.sum("mass")).first()[0] or 0,
        "refused": 0,
        "returns": 0,
        "notes": [],
    }
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
    parser.add_argument("--min-shoppers", type=int, default=1, help="leave out pairs of fewer shoppers")
    parser.add_argument("--shoppers", type=int, default=None, help="size of a sample of shoppers")
    parser.add_argument("--seed", type=int, default=1, help="of the order of events of one time, and of the sample")
    parser.add_argument("--sql", default="node_modules/sidestream/lib/cli/sql", help="folder of the statements in the package")
    return parser.parse_args()


SETTINGS = (
    "seed BIGINT, shoppers BIGINT, until BIGINT, min_shoppers BIGINT, most BIGINT, half_life DOUBLE, part BIGINT, parts BIGINT"
)


def settings_of(options: argparse.Namespace) -> tuple:
    return (options.seed, options.shoppers, None, options.min_shoppers, MOST, HALF_LIFE, 0, 1)


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


def write_text(spark: SparkSession, path: str, text: str) -> None:
    """Writes to any file system that Spark reaches."""
    jvm = spark.sparkContext._jvm
    target = jvm.org.apache.hadoop.fs.Path(path)
    system = target.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    stream = system.create(target, True)
    stream.write(bytearray(text, "utf-8"))
    stream.close()


if __name__ == "__main__":
    main()
