using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Shop.Orders;

namespace Shop.Data;

/// <summary>Lets `dotnet ef` build the model without the application and without a database.</summary>
public class ShopDbContextFactory : IDesignTimeDbContextFactory<ShopDbContext>
{
    public ShopDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<ShopDbContext>()
            .UseNpgsql(npgsql => npgsql.MapEnum<OrderStatus>())
            .Options;

        return new ShopDbContext(options);
    }
}
