using Shop.Catalogue;

namespace Shop.Orders;

public class OrderLine
{
    public long OrderId { get; set; }
    public int LineNumber { get; set; }
    public int ProductId { get; set; }
    public Product? Product { get; set; }
    public int Quantity { get; set; }
    public decimal UnitPrice { get; set; }
}
