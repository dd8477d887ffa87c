namespace Shop.Inventory;

public class StockLevel
{
    public int Id { get; set; }
    public required string Sku { get; set; }
    public required string Shelf { get; set; }
    public int OnHand { get; set; }
    public int ReorderAt { get; set; }
}
