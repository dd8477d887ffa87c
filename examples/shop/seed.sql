-- A year of trade for a shop whose database stands at FixEmptyPhones (scripts/shop-0008-fix-empty-phones.sql):
-- 400 customers, 600 products, 1.02 million orders. Loads in a few seconds, with a superuser's rights.
--
--   psql -X -v ON_ERROR_STOP=1 -f seed.sql "$SHOP_DATABASE"
--
-- Two customers share an e-mail address, as happens where nothing forbids it: AddUniqueCustomerEmail will fail on them.

BEGIN;

-- The rows below keep the foreign keys by construction; to check each of a million would take longer than to write them.
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;

INSERT INTO "Customers" ("Name", "Email", "Phone", "LoyaltyPoints", "CreatedAt")
SELECT
    first || ' ' || last,
    lower(first || '.' || last) || n || '@example.com',
    CASE WHEN n % 3 > 0 THEN '+49 30 ' || lpad((n * 7919 % 10000000)::text, 7, '0') END,
    n * 37 % 500,
    timestamptz '2025-08-01 09:00+00' + n * interval '5 hours'
FROM (
    SELECT
        n,
        (ARRAY['Ada', 'Bilal', 'Chiara', 'Dmitri', 'Esra', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas'])[1 + n % 10] AS first,
        (ARRAY['Okafor', 'Novak', 'Silva', 'Weber', 'Yilmaz', 'Rossi', 'Larsen', 'Dubois'])[1 + n / 10 % 8] AS last
    FROM generate_series(1, 399) AS n
) AS people;

INSERT INTO "Customers" ("Name", "Email", "LoyaltyPoints", "CreatedAt")
SELECT "Name", "Email", 0, timestamptz '2026-07-14 18:21+00'
FROM "Customers"
ORDER BY "Id"
LIMIT 1;

INSERT INTO "Products" ("Sku", "Name", "Description", "Price", "CategoryId")
SELECT
    'SKU-' || lpad(n::text, 5, '0'),
    (ARRAY['Paperback', 'Vinyl record', 'Cast-iron pan', 'Wooden train'])[1 + n % 4] || ' no. ' || n,
    CASE WHEN n % 5 > 0 THEN 'From our warehouse, ready to ship.' END,
    4.90 + n * 31 % 9000 / 100.0,
    1 + n % 4
FROM generate_series(1, 600) AS n;

-- Sorting once is quicker than a million insertions into each index.
DROP INDEX "IX_Orders_CustomerId", "IX_Orders_PlacedAt", "IX_Orders_Status_PlacedAt";

INSERT INTO "Orders" ("CustomerId", "Status", "PlacedAt", "Total")
SELECT
    1 + n * 17 % 400,
    (CASE WHEN n % 29 = 0 THEN 'cancelled' WHEN n > 1019000 THEN 'placed' WHEN n > 1017000 THEN 'paid' ELSE 'shipped' END)::order_status,
    timestamptz '2025-09-01 00:00+00' + n * interval '30 seconds',
    5 + n * 13 % 20000 / 100.0
FROM generate_series(1, 1020000) AS n;

CREATE INDEX "IX_Orders_CustomerId" ON "Orders" ("CustomerId");
CREATE INDEX "IX_Orders_PlacedAt" ON "Orders" ("PlacedAt");
CREATE INDEX "IX_Orders_Status_PlacedAt" ON "Orders" ("Status", "PlacedAt");

INSERT INTO "OrderLines" ("OrderId", "LineNumber", "ProductId", "Quantity", "UnitPrice")
SELECT "Id", 1, 1 + "Id" % 600, 1 + "Id" % 3, 4.90 + "Id" % 600 * 31 % 9000 / 100.0
FROM "Orders"
WHERE "Id" > 1000000;

COMMIT;

ANALYZE;
