using Shop.Customers;

namespace Shop.Orders;

public class Order
{
    public long Id { get; set; }
    public int CustomerId { get; set; }
    public Customer? Customer { get; set; }
    public OrderStatus Status { get; set; }
    public DateTimeOffset PlacedAt { get; set; }
    public decimal Total { get; set; }
    public string? Reference { get; set; }
    public List<OrderLine> Lines { get; } = [];
    public List<Shipment> Shipments { get; } = [];
}
