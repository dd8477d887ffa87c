#!/usr/bin/env bash
# Makes scripts/*.sql anew with EF Core's own tool. Needs the .NET SDK 10, and no database.
#
#   examples/shop/generate.sh [FOLDER]     FOLDER is scripts/ unless given
set -euo pipefail

out=$(realpath -m "${1:-$(dirname "$0")/scripts}")
cd "$(dirname "$0")"
mkdir -p "$out"

dotnet tool restore
dotnet build

# A build of its own, directly before: with --no-build on a stale one the newest migration would silently be missing.
script() { dotnet ef migrations script --no-build "$@"; }

shop() { script --context ShopDbContext "$@"; }
shop --idempotent 0 FixEmptyPhones -o "$out/shop-0008-fix-empty-phones.sql"
shop --idempotent 0 AddShipments -o "$out/shop-0009-add-shipments.sql"
shop --idempotent 0 AddUniqueCustomerEmail -o "$out/shop-0011-add-unique-customer-email.sql"
shop --idempotent FixEmptyPhones AddShipments -o "$out/shop-0008-to-0009-add-shipments.sql"
shop --idempotent AddShipments FixEmptyPhones -o "$out/shop-0009-down-to-0008.sql"
shop --idempotent --no-transactions 0 AddShipments -o "$out/shop-0009-no-transactions.sql"

inventory() { script --context InventoryDbContext "$@"; }
inventory --idempotent 0 AddReorderLevel -o "$out/inventory-0002-add-reorder-level.sql"
