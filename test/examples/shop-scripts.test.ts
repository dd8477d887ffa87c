import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { createDatabase, databaseServer } from "../support/databases.ts";

const run = promisify(execFile);
const shop = path.join(import.meta.dirname, "../../examples/shop");
const scripts = path.join(shop, "scripts");

const upToEight = [
  "InitialCreate",
  "SeedCategories",
  "AddOrderStatus",
  "AddCustomerLoyaltyPoints",
  "RenameProductTitle",
  "AddOrderIndexes",
  "DropLegacyNotes",
  "FixEmptyPhones",
];
const upToNine = [...upToEight, "AddShipments"];
const upToEleven = [...upToNine, "AddProductBarcode", "AddUniqueCustomerEmail"];
const shopHistory = `SELECT "MigrationId" FROM "__EFMigrationsHistory" ORDER BY 1`;

test(
  "the committed scripts are what EF Core makes of the project",
  { timeout: 300_000 },
  async (context) => {
    const sdk = await dotnetSdk();
    if (!sdk?.startsWith("10.")) {
      const reason = `needs the .NET SDK 10, and this machine has ${sdk ?? "none"}`;
      console.warn(`not compared: ${reason}`);
      context.skip(reason);
    }

    const project = await copyOfProject();
    const made = path.join(project, "made");
    await run(path.join(project, "generate.sh"), [made], { env: quietDotnet(project) });

    expect(await readScripts(made)).toEqual(await readScripts(scripts));
  },
);

test.for([
  ["shop-0008-fix-empty-phones.sql", upToEight, shopHistory],
  ["shop-0009-add-shipments.sql", upToNine, shopHistory],
  ["shop-0009-no-transactions.sql", upToNine, shopHistory],
  ["shop-0011-add-unique-customer-email.sql", upToEleven, shopHistory],
  [
    "inventory-0002-add-reorder-level.sql",
    ["CreateInventory", "AddReorderLevel"],
    "SELECT migration_id FROM inventory.migration_history ORDER BY 1",
  ],
] as const)("%s applies twice to an empty database", async ([script, migrations, history]) => {
  const { url } = await createDatabase();

  await psql(url, "--file", path.join(scripts, script));
  await psql(url, "--file", path.join(scripts, script));

  expect(await namesIn(url, history)).toEqual(migrations);
});

test("the partial script leads from 8 to 9, and the down script back", async () => {
  const { url } = await createDatabase();

  await psql(url, "--file", path.join(scripts, "shop-0008-fix-empty-phones.sql"));
  await psql(url, "--file", path.join(scripts, "shop-0008-to-0009-add-shipments.sql"));
  expect(await namesIn(url, shopHistory)).toEqual(upToNine);

  await psql(url, "--file", path.join(scripts, "shop-0009-down-to-0008.sql"));
  expect(await namesIn(url, shopHistory)).toEqual(upToEight);
});

test("on the seeded shop 9 goes through, and 11 fails after 10 has landed", async () => {
  const { url } = await createDatabase();
  await psql(url, "--file", path.join(scripts, "shop-0008-fix-empty-phones.sql"));
  await psql(url, "--file", path.join(shop, "seed.sql"));
  expect(Number(await psql(url, "--command", 'SELECT count(*) FROM "Orders"'))).toBeGreaterThan(1_000_000);

  await psql(url, "--file", path.join(scripts, "shop-0009-add-shipments.sql"));
  const failing = psql(url, "--file", path.join(scripts, "shop-0011-add-unique-customer-email.sql"));

  await expect(failing).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringContaining('could not create unique index "IX_Customers_Email"'),
  });
  expect(await namesIn(url, shopHistory)).toEqual([...upToNine, "AddProductBarcode"]);
});

async function psql(url: string, ...args: string[]): Promise<string> {
  const { binDirectory } = await databaseServer();
  const fixed = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url];
  const { stdout } = await run(path.join(binDirectory, "psql"), [...fixed, ...args]);
  return stdout.trim();
}

/** The history's migrations without their timestamps. */
async function namesIn(url: string, history: string): Promise<string[]> {
  const ids = await psql(url, "--command", history);
  return ids.split("\n").map((id) => id.replace(/^\d{14}_/, ""));
}

async function readScripts(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).toSorted();
  const texts = names.map(
    async (name) => [name, await readFile(path.join(folder, name), "latin1")] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}

async function copyOfProject(): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), "shop-"));
  onTestFinished(() => rm(copy, { recursive: true }));
  const builtFolders = new Set(["bin", "obj", "scripts"]);
  await cp(shop, copy, {
    recursive: true,
    filter: (source) => !builtFolders.has(path.basename(source)),
  });
  return copy;
}

async function dotnetSdk(): Promise<string | undefined> {
  try {
    return (await run("dotnet", ["--version"], { env: quietDotnet(tmpdir()) })).stdout.trim();
  } catch {
    return undefined;
  }
}

/** Without these dotnet would leave build servers running and files in the temporary directory. */
function quietDotnet(temporary: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TMPDIR: temporary,
    DOTNET_CLI_TELEMETRY_OPTOUT: "1",
    DOTNET_NOLOGO: "1",
    DOTNET_SKIP_FIRST_TIME_EXPERIENCE: "1",
    DOTNET_CLI_USE_MSBUILD_SERVER: "0",
    MSBUILDDISABLENODEREUSE: "1",
    UseSharedCompilation: "false",
    DOTNET_EnableDiagnostics: "0",
  };
}
