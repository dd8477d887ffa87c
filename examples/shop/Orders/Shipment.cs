namespace Shop.Orders;

public class Shipment
{
    public long Id { get; set; }
    public long OrderId { get; set; }
    public required string Carrier { get; set; }
    public string? TrackingNumber { get; set; }
    public DateTimeOffset? ShippedAt { get; set; }
}
