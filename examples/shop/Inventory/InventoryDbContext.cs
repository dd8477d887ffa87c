using Microsoft.EntityFrameworkCore;

namespace Shop.Inventory;

/// <summary>The warehouse's own corner of the same database, with snake_case names and a history table of its own.</summary>
public class InventoryDbContext(DbContextOptions<InventoryDbContext> options) : DbContext(options)
{
    public const string Schema = "inventory";
    public const string HistoryTable = "migration_history";

    public DbSet<StockLevel> StockLevels => Set<StockLevel>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.HasDefaultSchema(Schema);
        model.Entity<StockLevel>(stock =>
        {
            stock.Property(s => s.Sku).HasMaxLength(40);
            stock.Property(s => s.Shelf).HasMaxLength(20);
            stock.Property(s => s.ReorderAt).HasDefaultValue(0);
            stock.HasIndex(s => new { s.Sku, s.Shelf }).IsUnique();
        });
    }
}
