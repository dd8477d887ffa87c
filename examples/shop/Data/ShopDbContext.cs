using Microsoft.EntityFrameworkCore;
using Shop.Catalogue;
using Shop.Customers;
using Shop.Orders;

namespace Shop.Data;

public class ShopDbContext(DbContextOptions<ShopDbContext> options) : DbContext(options)
{
    public DbSet<Category> Categories => Set<Category>();
    public DbSet<Product> Products => Set<Product>();
    public DbSet<Customer> Customers => Set<Customer>();
    public DbSet<Order> Orders => Set<Order>();
    public DbSet<OrderLine> OrderLines => Set<OrderLine>();
    public DbSet<Shipment> Shipments => Set<Shipment>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<Category>(category =>
        {
            category.Property(c => c.Name).HasMaxLength(100);
            category.Property(c => c.Slug).HasMaxLength(100);
            category.HasIndex(c => c.Slug).IsUnique();
            category.HasData(
                new Category { Id = 1, Name = "Books", Slug = "books" },
                new Category { Id = 2, Name = "Music", Slug = "music" },
                new Category { Id = 3, Name = "Kitchen & Home", Slug = "kitchen-home" },
                new Category { Id = 4, Name = "Children's toys", Slug = "childrens-toys" });
        });

        model.Entity<Product>(product =>
        {
            product.Property(p => p.Sku).HasMaxLength(40);
            product.Property(p => p.Name).HasMaxLength(200);
            product.Property(p => p.Price).HasPrecision(10, 2);
            product.Property(p => p.Barcode).HasMaxLength(14);
            product.HasIndex(p => p.Sku).IsUnique();
            product.HasOne(p => p.Category).WithMany().OnDelete(DeleteBehavior.SetNull);
        });

        model.Entity<Customer>(customer =>
        {
            customer.Property(c => c.Name).HasMaxLength(200);
            customer.Property(c => c.Email).HasMaxLength(320);
            customer.HasIndex(c => c.Email).IsUnique();
            customer.Property(c => c.Phone).HasMaxLength(30);
            customer.Property(c => c.LoyaltyPoints).HasDefaultValue(0);
            customer.Property(c => c.WantsNewsletter).HasDefaultValue(false);
            customer.Property(c => c.CreatedAt).HasDefaultValueSql("now()");
        });

        model.Entity<Order>(order =>
        {
            order.Property(o => o.Status).HasDefaultValue(OrderStatus.Placed);
            order.Property(o => o.PlacedAt).HasDefaultValueSql("now()");
            order.Property(o => o.Total).HasPrecision(12, 2);
            order.Property(o => o.Reference).HasMaxLength(60);
            order.HasOne(o => o.Customer).WithMany().OnDelete(DeleteBehavior.Restrict);
            order.HasIndex(o => o.PlacedAt);
            order.HasIndex(o => new { o.Status, o.PlacedAt });
        });

        model.Entity<OrderLine>(line =>
        {
            line.HasKey(l => new { l.OrderId, l.LineNumber });
            line.Property(l => l.UnitPrice).HasPrecision(10, 2);
            line.HasOne<Order>().WithMany(o => o.Lines).HasForeignKey(l => l.OrderId);
            line.HasOne(l => l.Product).WithMany().OnDelete(DeleteBehavior.Restrict);
            line.ToTable(table => table.HasCheckConstraint("CK_OrderLines_Quantity", "\"Quantity\" > 0"));
        });

        model.Entity<Shipment>(shipment =>
        {
            shipment.Property(s => s.Carrier).HasMaxLength(60);
            shipment.Property(s => s.TrackingNumber).HasMaxLength(60);
            shipment.HasOne<Order>().WithMany(o => o.Shipments).HasForeignKey(s => s.OrderId);
        });
    }
}
