namespace Shop.Catalogue;

public class Product
{
    public int Id { get; set; }
    public required string Sku { get; set; }
    public required string Name { get; set; }
    public string? Description { get; set; }
    public decimal Price { get; set; }
    public string? Barcode { get; set; }
    public int? CategoryId { get; set; }
    public Category? Category { get; set; }
}
