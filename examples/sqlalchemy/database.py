"""The pool.  PG… in the environment says where."""

import os
from uuid import uuid4

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker


class Named(asyncpg.Connection):
    def _get_unique_id(self, prefix):
        return f"{prefix}_{uuid4()}"


# for PgBouncer before 1.21: statements are not kept, and no other process has their names
KEEP_NONE = {"connection_class": Named, "prepared_statement_cache_size": 0, "statement_cache_size": 0}
connect_args = KEEP_NONE if os.environ.get("PREPARE") == "off" else {}
# hide_parameters: or the token is in the text of each error
engine = create_async_engine("postgresql+asyncpg://", connect_args=connect_args, hide_parameters=True)
sessions = sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
