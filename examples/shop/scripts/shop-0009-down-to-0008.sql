START TRANSACTION;
DO $EF$
BEGIN
    IF EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260907112050_AddShipments') THEN
    DROP TABLE "Shipments";
    END IF;
END $EF$;
DO $EF$
BEGIN
    IF EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260907112050_AddShipments') THEN
    ALTER TABLE "Orders" DROP COLUMN "Reference";
    END IF;
END $EF$;
DO $EF$
BEGIN
    IF EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260907112050_AddShipments') THEN
    ALTER TABLE "Customers" DROP COLUMN "WantsNewsletter";
    END IF;
END $EF$;
DO $EF$
BEGIN
    IF EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260907112050_AddShipments') THEN
    DELETE FROM "__EFMigrationsHistory"
    WHERE "MigrationId" = '20260907112050_AddShipments';
    END IF;
END $EF$;
COMMIT;

