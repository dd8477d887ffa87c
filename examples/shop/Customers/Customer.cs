namespace Shop.Customers;

public class Customer
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public required string Email { get; set; }
    public string? Phone { get; set; }
    public int LoyaltyPoints { get; set; }
    public bool WantsNewsletter { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}
