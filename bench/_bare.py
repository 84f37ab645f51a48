"""What the API is measured against: the same answers by Starlette and pymongo with nothing between.

The same token is checked, the same documents are read, the same JSON is sent. Nothing is limited, logged, validated or
rendered by a rule that also serves another page.
"""

import os
from collections.abc import Callable
from typing import Any

import jwt
from bson import ObjectId
from pymongo import MongoClient
from pymongo.database import Database
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

Document = dict[str, Any]

KEY = os.environ["SECRET_KEY"]
database: Database[Document] = MongoClient(os.environ["MONGODB_URI"])[os.environ["MONGODB_NAME"]]
LABELS = ("very_positive", "positive", "neutral", "negative", "very_negative")


def signed_in(answer: Callable[[Request, Document], Document]) -> Callable[[Request], JSONResponse]:
    def checked(request: Request) -> JSONResponse:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
        family = database.accounts_tokenfamily.find_one({"_id": ObjectId(claims["family"])})
        user = database.accounts_user.find_one({"_id": family["user_id"]}) if family else None
        if scheme != "Bearer" or user is None or not user["is_active"]:
            return JSONResponse({"code": "INVALID_TOKEN"}, status_code=401)
        return JSONResponse(answer(request, user))

    return checked


@signed_in
def me(request: Request, user: Document) -> Document:
    address = {"user_id": user["_id"], "email": user["email"], "verified": True}
    return {
        "id": str(user["_id"]),
        "email": user["email"],
        "name": user["name"],
        "role": "admin" if user["is_superuser"] else "user",
        "is_verified": database.account_emailaddress.find_one(address, {"_id": 1}) is not None,
        "timezone": user["timezone"],
        "theme": user["theme"],
        "created_at": _utc(user["created_at"]),
        "last_login": _utc(user["last_login"]),
    }


@signed_in
def projects(request: Request, user: Document) -> Document:
    page, size = int(request.query_params.get("page", 1)), int(request.query_params.get("page_size", 20))
    mine = {"owner_id": user["_id"], "leaving_at": None}
    found = database.projects_project.find(mine).sort([("created_at", -1), ("_id", -1)])
    total = database.projects_project.count_documents(mine)
    rows = list(found.skip((page - 1) * size).limit(size))
    stats = _stats([row["_id"] for row in rows])
    items = [_project(row, stats) for row in rows]
    return {"items": items, "total": total, "page": page, "page_size": size, "pages": -(-total // size)}


def _stats(ids: list[ObjectId]) -> dict[str, dict[ObjectId, Document]]:
    of_these = {"project_id": {"$in": ids}}
    sums = {name: {"$sum": f"$counters.{name}"} for name in ("total", "score_sum", *(f"label_{it}" for it in LABELS))}
    count = {"n": {"$sum": 1}}
    asked: dict[str, list[tuple[Document, Document]]] = {
        "results_totalrollup": [(of_these, sums)],
        "projects_target": [(of_these, count | {"last": {"$max": "$last_scraped_at"}})],
        "scraping_job": [(of_these, count), (of_these | {"analysed": {"$gt": 0}}, {"last": {"$max": "$completed_at"}})],
    }
    return {
        f"{name} {number}": {
            row["_id"]: row
            for row in database[name].aggregate([{"$match": match}, {"$group": {"_id": "$project_id", **group}}])
        }
        for name, groups in asked.items()
        for number, (match, group) in enumerate(groups)
    }


def _project(row: Document, stats: dict[str, dict[ObjectId, Document]]) -> Document:
    tally, targets, jobs, analysed = (found.get(row["_id"], {}) for found in stats.values())
    labels = {label: tally.get(f"label_{label}", 0) for label in LABELS}
    labelled = sum(labels.values())
    return {
        "id": str(row["_id"]),
        "name": row["name"],
        "description": row["description"],
        "status": row["status"],
        "product": row["product"],
        "preset": row["preset"],
        "config": row["config"],
        "notices": [],
        "stats": {
            "total_targets": targets.get("n", 0),
            "total_results": tally.get("total", 0),
            "total_jobs": jobs.get("n", 0),
            "avg_sentiment": round(tally["score_sum"] / labelled / 10_000, 4) if labelled else None,
            "sentiment_distribution": labels,
            "last_scrape_at": _utc(targets.get("last")),
            "last_analysis_at": _utc(analysed.get("last")),
        },
        "created_at": _utc(row["created_at"]),
        "updated_at": _utc(row["updated_at"]),
        "archived_at": _utc(row["archived_at"]),
    }


def _utc(at: Any) -> str | None:
    return f"{at.isoformat(timespec='milliseconds')}Z" if at else None


routes = [Route("/api/v1/auth/me", me), Route("/api/v1/projects", projects)]
application = Starlette(routes=routes)
