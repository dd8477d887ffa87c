using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.Orders;

// The shop's back office in one query. It never migrates: that is Lockstep's work.
var connectionString = Environment.GetEnvironmentVariable("SHOP_DATABASE")
    ?? throw new InvalidOperationException("Set SHOP_DATABASE to the connection string of the shop's database.");

var options = new DbContextOptionsBuilder<ShopDbContext>()
    .UseNpgsql(connectionString, npgsql => npgsql.MapEnum<OrderStatus>())
    .Options;

await using var shop = new ShopDbContext(options);
Console.WriteLine($"{await shop.Orders.CountAsync()} orders from {await shop.Customers.CountAsync()} customers");
